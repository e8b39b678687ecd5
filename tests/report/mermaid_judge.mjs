// Diagrams as a JSON list on standard input, to what Mermaid's own parser makes of each.
import { pathToFileURL } from "node:url";
import { text } from "node:stream/consumers";

const { default: mermaid } = await import(pathToFileURL(process.argv[2]));

async function read(source) {
  try {
    await mermaid.parse(source);
    const { db } = await mermaid.mermaidAPI.getDiagramFromText(source);
    const entities = [...db.getEntities().values()];
    return {
      entities: entities.map((each) => each.label),
      attributes: entities.map((each) => each.attributes.length),
      relations: db.getRelationships().length,
      direction: db.getDirection(),
    };
  } catch (error) {
    return { error: error.message };
  }
}

const answers = [];
for (const source of JSON.parse(await text(process.stdin))) answers.push(await read(source));
console.log(JSON.stringify(answers));
