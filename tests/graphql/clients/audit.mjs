// Runs the public GraphQL-over-HTTP audit suite against the address given, as the holder of the token given.
import { serverAudits } from "graphql-http";

const [url, token] = process.argv.slice(2);
const asMember = (input, init = {}) => {
  const headers = new Headers(init.headers);
  headers.set("Authorization", `Bearer ${token}`);
  return fetch(input, { ...init, headers });
};

const results = [];
for (const audit of serverAudits({ url, fetchFn: asMember })) {
  const result = await audit.fn();
  results.push({ id: audit.id, name: audit.name, status: result.status, reason: result.reason ?? null });
}
process.stdout.write(JSON.stringify(results));
