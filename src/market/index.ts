export { createTape, type MarketTape } from "./tape.ts";
