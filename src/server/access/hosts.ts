/**
 * @file Which requests may come at all, before anybody asks who sends them. A page of another site can make a browser send
 * here; a name that was pointed at this machine can make it look like our own. Only the addresses that we ourselves told are
 * taken: equality of Host and Origin proves nothing, since a rebound name matches itself.
 */
export type Refusal = { readonly status: 400 | 403 | 405 | 421; readonly what: string };

export type Asked = {
  readonly method: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** `sec-fetch-site`; browsers send it, programs need not. */
  readonly site: string | undefined;
  readonly hasBearer: boolean;
};

const SAFE = new Set(["GET", "HEAD"]);
const METHODS = new Set(["GET", "HEAD", "POST", "DELETE"]);

export class HostRules {
  readonly #hosts: ReadonlySet<string>;

  /** `names` are further hosts that the server is reached by, with or without a port. */
  constructor(port: number, names: readonly string[] = []) {
    const all = ["127.0.0.1", "localhost", "[::1]", ...names];
    this.#hosts = new Set(all.map((name) => (/:\d+$/.test(name) ? name : `${name}:${port}`).toLowerCase()));
  }

  /** Undefined where the request may go on to be asked who it is. */
  check({ method, host, origin, site, hasBearer }: Asked, isUpgrade = false): Refusal | undefined {
    if (host === undefined || !this.#hosts.has(host.toLowerCase())) {
      return { status: 421, what: "This server does not answer to that name" };
    }
    if (!METHODS.has(method)) return { status: 405, what: `${method} is not understood` };
    if (origin !== undefined && !this.#isOwn(origin))
      return { status: 403, what: "The request comes from another page" };
    // A link from elsewhere may open the page: that is a navigation without an Origin, and reads nothing.
    const changes = !SAFE.has(method) || isUpgrade;
    if (changes && site !== undefined && site !== "same-origin") {
      return { status: 403, what: "The request comes from another site" };
    }
    if (changes && origin === undefined && !hasBearer) {
      return { status: 403, what: "A change needs an Origin, or a token" };
    }
    return undefined;
  }

  #isOwn(origin: string): boolean {
    try {
      const { protocol, host } = new URL(origin);
      return (
        (protocol === "http:" || protocol === "https:") && this.#hosts.has(host) && origin === `${protocol}//${host}`
      );
    } catch {
      return false;
    }
  }
}
