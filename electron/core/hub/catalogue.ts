// Reads the hand-picked models (resources/catalogue.json) that the app shows before any search.
import { readFile } from "node:fs/promises";
import { Catalogue, type CatalogueModel } from "../../contract/hub";

/** The file comes with the app; a broken one is a bug of ours, so this throws. */
export async function readCatalogue(file: string): Promise<CatalogueModel[]> {
  return Catalogue.parse(JSON.parse(await readFile(file, "utf8"))).models;
}
