import { describe, expect, it } from "vitest";
import { crc32c, maskedCrc32c } from "./crc32c.ts";

describe("CRC-32C", () => {
  it.each([
    ["the check text", Buffer.from("123456789"), 0xe3069283],
    ["32 zero bytes", Buffer.alloc(32), 0x8a9136aa],
    ["32 bytes of ones", Buffer.alloc(32, 0xff), 0x62a8ab43],
    ["bytes 0 to 31", Buffer.from(Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e],
  ])("matches the published value of %s (RFC 3720, appendix B.4)", (_name, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected);
  });

  it("is masked as event files store it", () => {
    expect(maskedCrc32c(Buffer.from("123456789")), "made with TensorBoard's own masked_crc32c").toBe(0xc78ab0e5);
  });
});
