import { createVerify, generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { signatureOf } from "./credentials.ts";

describe("a message is signed", () => {
  test("by HMAC-SHA256 in hex, as RFC 4231 has it (test case 2)", () => {
    expect(signatureOf("what do ya want for nothing?", "Jefe")).toBe(
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    );
  });

  test("by RSA-SHA256 in base64 where the secret is a private key", () => {
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 1024 });
    const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    const verify = createVerify("RSA-SHA256").update("1700000000000key5000{}");
    expect(verify.verify(publicKey, signatureOf("1700000000000key5000{}", pem), "base64")).toBe(true);
  });
});
