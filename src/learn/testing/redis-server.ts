/** A Redis server of a test's own, for tests of other rooms too. */
export { hasRedis, startRedis } from "../search/testing/redis-server.ts";
