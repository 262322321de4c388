// Fields are added, changed, moved and removed, in the form and in an object of it.
import { expect, it } from "vitest";
import { addField, changeField, moveField, removeField } from "./formChanges";
import { emptySchemaForm, type SchemaForm } from "./schemaForm";

function names({ fields }: SchemaForm): unknown[] {
  return fields.map(({ id, name, fields: inner }) => [id, name, ...inner.map((one) => one.id)]);
}

const abc = ["a", "b", "c"].reduce((form, id) => addField(form, null, id), emptySchemaForm);

it("moves a field past its neighbours and no further", () => {
  expect(names(moveField(abc, null, "c", -1)).flat()).toEqual(["a", "", "c", "", "b", ""]);
  expect(names(moveField(abc, null, "a", 1)).flat()).toEqual(["b", "", "a", "", "c", ""]);
  expect(moveField(abc, null, "a", -1)).toEqual(abc);
  expect(moveField(abc, null, "c", 1)).toEqual(abc);
  expect(moveField(abc, null, "gone", 1)).toEqual(abc);
});

it("changes the fields of an object, and those only", () => {
  const nested = ["x", "y"].reduce((form, id) => addField(form, "b", id), abc);
  const moved = moveField(changeField(nested, "b", "x", { name: "city" }), "b", "y", -1);
  expect(names(moved)).toEqual([
    ["a", ""],
    ["b", "", "y", "x"],
    ["c", ""],
  ]);
  expect(moved.fields[1]?.fields[1]?.name).toBe("city");
  expect(names(removeField(removeField(moved, "b", "y"), null, "a"))).toEqual([
    ["b", "", "x"],
    ["c", ""],
  ]);
});
