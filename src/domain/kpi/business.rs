//! KPIs of the business's own facts: ratios of what it reported, over some days.
//!
//! Facts that happen during a day are added up over the days and the channels. Facts that hold at the
//! start of a day (`…_start`) are those of the first day, added up over the channels: a stock of
//! customers does not grow by being counted twice. The formulas are the usual ones. Retention and cost of
//! acquisition are as in Farris, Bendle, Pfeifer and Reibstein 2010, "Marketing Metrics", chapter 5 (of
//! which passages were read, not the whole). Lifetime value is formula 1 of Fader and Hardie 2012
//! (brucehardie.com/notes/024), m · (1 + d) / (1 + d − r), without discount. Handle time is as in the
//! glossary of Genesys's call centre software.

use serde::Serialize;

use super::business_report::{Previous, Stepped};
use super::ratio::Ratio;
use super::{Interval, shares};
use crate::domain::facts::Fact::{self, *};
use crate::domain::facts::{Channels, Facts, Measured};

/// One figure of the business.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BusinessKpi {
    /// Which KPI.
    pub kpi: &'static str,
    /// The value in `unit`, to two decimals; null with a `reason`.
    pub value: Option<f64>,
    /// `%`, `money` (in the currency of the facts), `transactions` (per customer), `s`, or `ratio`.
    pub unit: &'static str,
    /// Of a share of counts: the whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n: Option<u64>,
    /// Of a share of counts: the 95 % interval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
    /// The parts, as far as they were reported.
    pub counts: Facts,
    /// The formula.
    pub definition: &'static str,
    /// Why there is no value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// The same for each channel that reported a part of it: of the conversion rate alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channels: Option<Vec<ChannelKpi>>,
    /// The same KPI step by step, where asked for: every step of the range, in order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub series: Option<Vec<Stepped>>,
    /// The same KPI over the period before, where asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous: Option<Previous>,
    /// The value before it was rounded.
    #[serde(skip)]
    pub exact: Option<Ratio>,
}

/// A KPI of one channel.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChannelKpi {
    /// The channel; empty for what belongs to none.
    pub channel: String,
    /// The value.
    pub value: Option<f64>,
    /// The whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n: Option<u64>,
    /// Its interval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
    /// The parts.
    pub counts: Facts,
    /// Why there is no value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}

/// Why there is no value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// `missing`: not reported; `zero`: divided by; `exceeds`: a part is more than its whole;
    /// `too_large`: beyond what is computed exactly.
    pub code: &'static str,
    /// The facts that it is about, if it is about any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<&'static str>,
}

impl Reason {
    fn new(code: &'static str, facts: impl IntoIterator<Item = Fact>) -> Self {
        Self { code, facts: facts.into_iter().map(Fact::name).collect() }
    }
}

/// How a KPI follows from facts.
struct Formula {
    kpi: &'static str,
    unit: &'static str,
    definition: &'static str,
    /// Multiplied.
    over: &'static [Fact],
    /// Divided by.
    under: &'static [Fact],
    /// What is divided by, too, and stands above as well, so that it cancels.
    cancelled: &'static [Fact],
    /// A part, and the whole that it must not exceed.
    within: Option<[Fact; 2]>,
    form: Form,
}

/// What is made of the quotient.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Nothing.
    Quotient,
    /// The share of the part in the whole.
    Share,
    /// The share of what is left of the whole without the part.
    Rest,
}

const fn share(
    kpi: &'static str,
    definition: &'static str,
    form: Form,
    parts: [&'static [Fact]; 2],
    within: [Fact; 2],
) -> Formula {
    let [over, under] = parts;
    let within = Some(within);
    Formula { kpi, unit: "%", definition, over, under, cancelled: &[], within, form }
}

const fn quotient(
    kpi: &'static str,
    unit: &'static str,
    definition: &'static str,
    over: &'static [Fact],
    under: &'static [Fact],
) -> Formula {
    let form = Form::Quotient;
    Formula { kpi, unit, definition, over, under, cancelled: &[], within: None, form }
}

/// The one that is told by channel too.
const BY_CHANNEL: &str = "conversion_rate";

/// What stands above and below in a lifetime value: its margin, value, frequency and lifetime have it in
/// common.
const IN_LIFETIME: &[Fact] = &[Revenue, Transactions, CustomersStart];

static FORMULAS: [Formula; 14] = [
    share(
        "customer_churn",
        "100 × customers_lost / customers_start",
        Form::Share,
        [&[CustomersLost], &[CustomersStart]],
        [CustomersLost, CustomersStart],
    ),
    share(
        "customer_retention",
        "100 × (customers_start − customers_lost) / customers_start",
        Form::Rest,
        [&[CustomersLost], &[CustomersStart]],
        [CustomersLost, CustomersStart],
    ),
    Formula {
        within: Some([RecurringRevenueLost, RecurringRevenueStart]),
        ..quotient(
            "revenue_churn",
            "%",
            "100 × recurring_revenue_lost / recurring_revenue_start",
            &[RecurringRevenueLost],
            &[RecurringRevenueStart],
        )
    },
    share(
        "repeat_purchase_rate",
        "100 × repeat_buyers_start / buyers_start",
        Form::Share,
        [&[RepeatBuyersStart], &[BuyersStart]],
        [RepeatBuyersStart, BuyersStart],
    ),
    quotient(
        "average_transaction_value",
        "money",
        "revenue / transactions",
        &[Revenue],
        &[Transactions],
    ),
    quotient(
        "transaction_frequency",
        "transactions",
        "transactions / customers_start",
        &[Transactions],
        &[CustomersStart],
    ),
    quotient(
        "cost_per_acquisition",
        "money",
        "acquisition_cost / customers_new",
        &[AcquisitionCost],
        &[CustomersNew],
    ),
    share(
        BY_CHANNEL,
        "100 × conversions / visits",
        Form::Share,
        [&[Conversions], &[Visits]],
        [Conversions, Visits],
    ),
    Formula {
        cancelled: IN_LIFETIME,
        within: Some([CustomersLost, CustomersStart]),
        ..quotient(
            "customer_lifetime_value",
            "money",
            "(gross_profit / revenue) × (revenue / transactions) × (transactions / customers_start) \
             × (customers_start / customers_lost)",
            &[GrossProfit],
            &[CustomersLost],
        )
    },
    Formula {
        cancelled: IN_LIFETIME,
        within: Some([CustomersLost, CustomersStart]),
        ..quotient(
            "clv_to_cpa",
            "ratio",
            "customer_lifetime_value / cost_per_acquisition",
            &[GrossProfit, CustomersNew],
            &[CustomersLost, AcquisitionCost],
        )
    },
    quotient(
        "average_handle_time",
        "s",
        "handle_seconds / contacts",
        &[HandleSeconds],
        &[Contacts],
    ),
    quotient(
        "social_engagement_rate",
        "%",
        "100 × social_engagements / social_impressions",
        &[SocialEngagements],
        &[SocialImpressions],
    ),
    share(
        "loyalty_participation",
        "100 × loyalty_members_start / customers_start",
        Form::Share,
        [&[LoyaltyMembersStart], &[CustomersStart]],
        [LoyaltyMembersStart, CustomersStart],
    ),
    share(
        "cart_abandonment",
        "100 × (carts − carts_completed) / carts",
        Form::Rest,
        [&[CartsCompleted], &[Carts]],
        [CartsCompleted, Carts],
    ),
];

/// The names of all KPIs, in their order.
pub fn names() -> impl Iterator<Item = &'static str> {
    FORMULAS.iter().map(|formula| formula.kpi)
}

/// Whether a KPI is told by channel too.
pub fn is_by_channel(kpi: &str) -> bool {
    kpi == BY_CHANNEL
}

/// The KPI of this name, from these facts; none where no KPI has the name.
pub fn kpi(name: &str, facts: &Facts) -> Option<BusinessKpi> {
    FORMULAS.iter().find(|formula| formula.kpi == name).map(|formula| formula.kpi(facts))
}

/// What all channels reported, in one.
pub fn total(channels: &Channels) -> Facts {
    let mut total = Facts::default();
    for facts in channels.values() {
        facts.iter().for_each(|(fact, value)| total.add(fact, value));
    }
    total
}

/// Every KPI of the business, from what each channel reported.
pub fn kpis(channels: &Channels) -> Vec<BusinessKpi> {
    let total = total(channels);
    let by_channel = |formula: &Formula| {
        let each = channels.iter().map(|(channel, facts)| (channel, formula.kpi(facts)));
        let some = each.filter(|(_, kpi)| !kpi.counts.is_empty());
        some.map(|(channel, kpi)| {
            let BusinessKpi { value, n, interval, counts, reason, .. } = kpi;
            ChannelKpi { channel: channel.clone(), value, n, interval, counts, reason }
        })
        .collect()
    };
    let kpi = |formula: &Formula| BusinessKpi {
        channels: (formula.kpi == BY_CHANNEL).then(|| by_channel(formula)),
        ..formula.kpi(&total)
    };
    FORMULAS.iter().map(kpi).collect()
}

impl Formula {
    fn parts(&self) -> impl Iterator<Item = Fact> + '_ {
        self.over.iter().chain(self.under).chain(self.cancelled).copied()
    }

    /// The KPI of these facts.
    fn kpi(&self, facts: &Facts) -> BusinessKpi {
        let counts =
            facts.iter().filter(|(fact, _)| self.parts().any(|part| part == *fact)).collect();
        let mut kpi = BusinessKpi {
            kpi: self.kpi,
            value: None,
            unit: self.unit,
            n: None,
            interval: None,
            counts,
            definition: self.definition,
            reason: None,
            channels: None,
            series: None,
            previous: None,
            exact: None,
        };
        if let Some(reason) = self.undefined(&kpi.counts) {
            kpi.reason = Some(reason);
            return kpi;
        }
        match self.form {
            Form::Quotient => {
                kpi.exact = self.ratio(&kpi.counts);
                kpi.value = kpi.exact.and_then(Ratio::rounded);
            }
            Form::Share | Form::Rest => {
                if let Some([part, n]) = self.share(&kpi.counts) {
                    let estimate = shares::share(part, n);
                    (kpi.value, kpi.interval, kpi.n) = (estimate.value, estimate.interval, Some(n));
                    kpi.exact = shares::ratio(part, n);
                }
            }
        }
        if kpi.value.is_none() {
            kpi.reason = Some(Reason::new("too_large", self.parts()));
        }
        kpi
    }

    /// Why there can be no value, if there can be none.
    fn undefined(&self, facts: &Facts) -> Option<Reason> {
        let some = |code, which: Vec<Fact>| (!which.is_empty()).then(|| Reason::new(code, which));
        let missing = self.parts().filter(|fact| facts.get(*fact).is_none()).collect();
        let below = self.under.iter().chain(self.cancelled).copied();
        let zero = below.filter(|fact| facts.get(*fact) == Some(0)).collect();
        let exceeds = self.within.filter(|[part, whole]| facts.get(*part) > facts.get(*whole));
        some("missing", missing)
            .or_else(|| some("zero", zero))
            .or_else(|| Some(Reason::new("exceeds", exceeds?)))
    }

    /// The part and the whole of a share.
    fn share(&self, facts: &Facts) -> Option<[u64; 2]> {
        let [part, whole] = self.within?.map(|fact| facts.get(fact));
        let (part, whole) = (part?, whole?);
        let part = if self.form == Form::Rest { whole.checked_sub(part)? } else { part };
        Some([u64::try_from(part).ok()?, u64::try_from(whole).ok()?])
    }

    /// The quotient, exactly.
    fn ratio(&self, facts: &Facts) -> Option<Ratio> {
        // Amounts are thousandths: those above and those below, in pairs, are as they are.
        let amounts = |all: &[Fact]| all.iter().filter(|f| f.measured() == Measured::Money).count();
        let thousand = |own: &[Fact], other: &[Fact]| {
            let more = amounts(other).saturating_sub(amounts(own));
            1000_i128.checked_pow(u32::try_from(more).ok()?)
        };
        let product = |all: &[Fact], factor: i128| {
            all.iter().try_fold(factor, |product, fact| product.checked_mul(facts.get(*fact)?))
        };
        let percent = if self.unit == "%" { 100 } else { 1 };
        let above = product(self.over, thousand(self.over, self.under)?.checked_mul(percent)?)?;
        Ratio::new(above, product(self.under, thousand(self.under, self.over)?)?)
    }
}
