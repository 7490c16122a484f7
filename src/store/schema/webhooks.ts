/** A delivery of a webhook that was taken whole, by what its sender calls it. */
export type WebhookReceiptRow = {
  webhook: string;
  /** SHA-256 of the sender's id. */
  delivery_key: string;
  body_hash: string;
  /** JSON of what was answered. */
  answers: string;
  received_at: number;
};
