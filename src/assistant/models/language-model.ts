/** @file What a language model is to the assistant: text in, text out. It is given no function that it could call. */

export type ModelRequest = {
  readonly system: string;
  readonly prompt: string;
  /** JSON Schema of the only replies that are of use. A model that can be held to it is; the caller checks all the same. */
  readonly schema?: object;
  readonly maxOutputTokens: number;
  readonly signal?: AbortSignal | undefined;
};

export type ModelReply = {
  readonly text: string;
  /** Read and written together. */
  readonly tokens: number;
};

/** Rejects with ASSISTANT_MODEL where it is silent, slow, refuses, says nothing, or ends in the middle. */
export type LanguageModel = {
  readonly name: string;
  complete(request: ModelRequest): Promise<ModelReply>;
  /** Frees what it holds. */
  close(): Promise<void>;
};
