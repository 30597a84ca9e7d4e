/* The draft behind the record form: slots that write need its id, and make it where there is none yet. */
import { postDraft } from "../components/autosave.js";

/** Return the id of the form's draft, making it first where there is none; null where that failed. */
export async function draftId(form) {
  const record = form.elements.record;
  if (record && record.value) {
    return record.value;
  }
  const response = await postDraft(form);
  if (!response.ok) {
    return null;
  }
  const body = await response.json();
  form.elements.record.value = body.fields.record;
  form.elements.version.value = body.fields.version;
  form.setAttribute("action", body.edit);
  return body.id;
}
