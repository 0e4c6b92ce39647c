// The facts that the API takes (docs/api.md, "Facts"): by what they are about, and those that are money.

export const GROUPS = {
  customers: ["customers_start", "customers_lost", "customers_new", "acquisition_cost"],
  revenue: ["revenue", "gross_profit", "transactions", "recurring_revenue_start", "recurring_revenue_lost"],
  loyalty: ["buyers_start", "repeat_buyers_start", "loyalty_members_start"],
  web: ["visits", "conversions", "carts", "carts_completed"],
  service: ["contacts", "handle_seconds", "social_impressions", "social_engagements"],
};
export const FACTS = Object.values(GROUPS).flat();
export const MONEY = ["acquisition_cost", "revenue", "gross_profit", "recurring_revenue_start", "recurring_revenue_lost"];
