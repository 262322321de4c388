// facet network: the switches of Settings, which commands obey.
import { HubServer } from "../hub/HubServer";
import { expect, test } from "./facetCommand";

test("what is switched off is refused before anything is asked, until it is switched on", async ({ facet }) => {
  const hub = await HubServer.start();
  try {
    hub.add({ id: "maker/Found", files: [{ path: "found-Q4_0.gguf", content: Buffer.from("GGUF") }] });
    const env = { FACET_HUB_ENDPOINT: hub.endpoint };
    const off = await facet.run(["network", "off", "search"]);
    expect(off).toMatchObject({ code: 0, stdout: "" });
    expect(off.stderr).toContain("Search and model pages: switched off.");
    expect((await facet.run(["network"])).stdout).toMatch(/^search +off/mu);
    const refused = await facet.run(["models", "search", "found"], { env });
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toContain("Searching Hugging Face is switched off in Settings.");
    expect(refused.stderr).toContain("facet network on search");
    expect(hub.requests).toEqual([]);

    expect((await facet.json(["network", "on", "search"])).value).toEqual({
      search: true,
      downloads: true,
      starter: true,
      links: true,
    });
    expect((await facet.run(["models", "search", "found"], { env })).stdout).toContain("Found");
    expect((await facet.run(["network", "off", "everything"])).code).toBe(2);
  } finally {
    await hub.stop();
  }
});
