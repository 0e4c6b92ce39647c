//! Facts: aggregate numbers that the business reports about itself, for one UTC day and one channel.
//! They are the business's own, never of respondents; there is no room in them for a person.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::decimal::Decimal;
use super::fault::{Faults, Pointer};
use super::fields::{each, id, optional, required};
use super::json::{Json, Members, integer, wrong_type};

/// The most channels of one day.
pub const MOST_CHANNELS: usize = 50;
/// The largest count, and the largest amount in thousandths: 10^15 − 1, which is below 2^53.
pub const MOST: i64 = 999_999_999_999_999;
/// How the names of facts end that hold at the start of a day; all others happen during it.
pub const AT_START: &str = "_start";

/// What a fact is measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measured {
    /// A count, or whole seconds.
    Count,
    /// An amount in the business's one currency, kept in thousandths.
    Money,
}

macro_rules! facts {
    ($($fact:ident $name:literal $measured:ident $what:literal;)*) => {
        /// Which number.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Fact {
            $(
                #[doc = $what]
                $fact,
            )*
        }

        impl Fact {
            /// Every fact.
            pub const ALL: &'static [Fact] = &[$(Fact::$fact),*];

            /// Its name on the wire.
            pub fn name(self) -> &'static str {
                match self { $(Fact::$fact => $name),* }
            }

            /// What it is measured in.
            pub fn measured(self) -> Measured {
                match self { $(Fact::$fact => Measured::$measured),* }
            }
        }
    };
}

facts! {
    CustomersStart "customers_start" Count "Customers at the start of the day.";
    CustomersLost "customers_lost" Count "Customers who left.";
    CustomersNew "customers_new" Count "Customers who were won.";
    RecurringRevenueStart "recurring_revenue_start" Money "Recurring revenue at the start of the day.";
    RecurringRevenueLost "recurring_revenue_lost" Money "Recurring revenue that ended.";
    BuyersStart "buyers_start" Count "Customers with a purchase so far.";
    RepeatBuyersStart "repeat_buyers_start" Count "Those of them with two or more.";
    LoyaltyMembersStart "loyalty_members_start" Count "Customers in the loyalty programme.";
    Revenue "revenue" Money "Revenue of all transactions.";
    GrossProfit "gross_profit" Money "Revenue less the cost of what was sold.";
    Transactions "transactions" Count "Purchases.";
    AcquisitionCost "acquisition_cost" Money "What winning customers cost.";
    Visits "visits" Count "Visits, or impressions, that could convert.";
    Conversions "conversions" Count "Those of them that did.";
    Carts "carts" Count "Carts that were begun.";
    CartsCompleted "carts_completed" Count "Those of them that were bought.";
    Contacts "contacts" Count "Contacts that were handled.";
    HandleSeconds "handle_seconds" Count "Seconds spent on them: talk, hold and work afterwards.";
    SocialImpressions "social_impressions" Count "Times that a post was shown.";
    SocialEngagements "social_engagements" Count "Reactions, comments, shares and clicks on posts.";
}

impl Fact {
    /// The fact of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|fact| fact.name() == name)
    }
}

/// The numbers of some facts: counts as they are, amounts in thousandths. They serialise as on the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts(Vec<(Fact, i128)>);

impl Facts {
    /// One of them; none where it was not reported.
    pub fn get(&self, fact: Fact) -> Option<i128> {
        self.iter().find(|(one, _)| *one == fact).map(|(_, value)| value)
    }

    /// Adds `value` to one of them.
    pub fn add(&mut self, fact: Fact, value: i128) {
        match self.0.iter_mut().find(|(one, _)| *one >= fact) {
            Some((one, sum)) if *one == fact => *sum = sum.saturating_add(value),
            _ => {
                let at = self.0.iter().take_while(|(one, _)| *one < fact).count();
                self.0.insert(at, (fact, value));
            }
        }
    }

    /// All of them, in the order of [`Fact::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = (Fact, i128)> + '_ {
        self.0.iter().copied()
    }

    /// Whether none was reported.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<(Fact, i128)> for Facts {
    fn from_iter<I: IntoIterator<Item = (Fact, i128)>>(all: I) -> Self {
        let mut facts = Self::default();
        all.into_iter().for_each(|(fact, value)| facts.add(fact, value));
        facts
    }
}

impl Serialize for Facts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (fact, value) in self.iter() {
            let (whole, exponent) = match fact.measured() {
                Measured::Money if value % 1000 == 0 => (value / 1000, "e0"),
                Measured::Money => (value, "e-3"),
                Measured::Count => (value, "e0"),
            };
            match u64::try_from(whole) {
                Ok(whole) if exponent == "e0" => map.serialize_entry(fact.name(), &whole)?,
                // The nearest float of the decimal, which JSON prints as the decimal itself.
                _ => {
                    let nearest: f64 = format!("{whole}{exponent}").parse().unwrap_or(f64::NAN);
                    map.serialize_entry(fact.name(), &nearest)?;
                }
            }
        }
        map.end()
    }
}

/// The facts of a day, by channel; the empty channel is for what belongs to none.
pub type Channels = BTreeMap<String, Facts>;

/// Reads the facts of a day, or gives every fault.
pub fn read(json: &Json) -> Result<Channels, Faults> {
    let mut faults = Faults::default();
    let mut channels = Channels::new();
    if let Some(mut members) = Members::of(json, Pointer::root(), &mut faults) {
        let items = required(&mut members, "items", &mut faults, |json, at, faults| {
            each(json, (0, MOST_CHANNELS), at, faults, item)
        });
        members.finish(&mut faults);
        for ((channel, facts), at) in items.unwrap_or_default() {
            if channels.insert(channel, facts).is_some() {
                super::fields::duplicate(&at, &mut faults);
            }
        }
    }
    faults.or(channels)
}

fn item(json: &Json, at: &Pointer, faults: &mut Faults) -> Option<(String, Facts)> {
    let mut members = Members::of(json, at.clone(), faults)?;
    let given = optional(&mut members, "channel", faults, |json, at, faults| match json {
        Json::Text(text) if text.is_empty() => Some(Some(String::new())),
        other => Some(id(other, at, faults)),
    });
    let facts = required(&mut members, "facts", faults, facts);
    members.finish(faults);
    // A channel that cannot be read is not the empty one: that would be a duplicate at times.
    Some((given.unwrap_or_else(|| Some(String::new()))?, facts.unwrap_or_default()))
}

fn facts(json: &Json, at: &Pointer, faults: &mut Faults) -> Option<Facts> {
    let mut members = Members::of(json, at.clone(), faults)?;
    let mut facts = Facts::default();
    let mut none = true;
    for fact in Fact::ALL {
        let Some((json, at)) = members.take(fact.name()) else { continue };
        none = false;
        let value = match fact.measured() {
            Measured::Count => integer(json, 0, MOST, &at, faults),
            Measured::Money => amount(json, &at, faults),
        };
        value.into_iter().for_each(|value| facts.add(*fact, value.into()));
    }
    members.finish(faults);
    if none {
        faults.add(at, "length", "At least one known fact is needed.");
    }
    Some(facts)
}

/// An amount of money: 0 or more, below 10^12, at most three decimals; in thousandths.
fn amount(json: &Json, at: &Pointer, faults: &mut Faults) -> Option<i64> {
    let Json::Number(number) = json else {
        wrong_type(json, "a number", at, faults);
        return None;
    };
    match (number.thousandths(), Decimal::thousandths_floor(*number)) {
        (Some(exact), _) if (0..=MOST).contains(&exact) => return Some(exact),
        (None, Some(0..=MOST)) => {
            faults.add(at, "decimals", "At most three decimals are allowed.");
        }
        _ => faults.add(at, "range", "Amounts from 0 to 999999999999.999 are allowed."),
    }
    None
}
