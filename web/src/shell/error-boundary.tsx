/** @file A screen that breaks takes nothing else with it: status line and halt stay. */
import { Component, type ReactNode } from "react";
import { Failure } from "../parts/states.tsx";

type Props = { readonly children: ReactNode };
type State = { readonly error?: unknown };

export class ErrorBoundary extends Component<Props, State> {
  static getDerivedStateFromError(error: unknown): State {
    return { error };
  }

  override state: State = {};

  override render(): ReactNode {
    if (this.state.error === undefined) return this.props.children;
    return <Failure error={this.state.error} retry={() => this.setState({ error: undefined })} />;
  }
}
