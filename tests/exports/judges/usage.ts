/** What a client does with the types; each line below `@ts-expect-error` must not compile. */

import type { AddLead, ErrorEnvelope, Lead, Operations } from "./smartflo";
import { leads } from "./leads";

type Response = Operations["listLeads"]["response"];

export function phones(body: Response): string[] {
  if (!Array.isArray(body)) throw new Error((body as ErrorEnvelope).message);
  return body.map((lead) => lead.field_0 + lead.field_99);
}

const [lead]: Lead[] = leads;
if (lead) {
  const updated: Date = new Date(Number(lead.updated_at?.$date.$numberLong));
  const name: string = lead.dialer_skill?.name ?? updated.toISOString();
  phones([{ ...lead, list_name: name }]);
  // @ts-expect-error a number
  lead.priority = "1";
  // @ts-expect-error fields are strings
  lead.field_99 = 1;
}

export const added: AddLead = { field_0: "+915550100001", field_1: "Asha Example", priority: 5 };
// @ts-expect-error the phone number is missing
export const incomplete: AddLead = { priority: 5 };
// @ts-expect-error another method
export const method: Operations["addLead"]["method"] = "GET";
// @ts-expect-error no such option
export const option: AddLead = { field_0: "+915550100001", duplicate_option: "replace" };
