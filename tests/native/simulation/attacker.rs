//! Who reads all that can be read, at every instant, and adds and subtracts.
//!
//! Each figure that is ever told is the size of a set of answers. Answers that are in the very same of
//! these sets cannot be told apart by any linear combination of the figures, with whatever
//! coefficients: the combination gives both the same coefficient. So what a combination isolates is
//! made of whole classes of such answers, and if every class has `min_cohort` members, it has too.

use std::collections::{BTreeMap, BTreeSet};

use super::people::Name;

type Counted = (String, Name);

#[derive(Default)]
pub struct Attacker {
    /// The class of each answer that is in any figure.
    classes: BTreeMap<Counted, u64>,
    next: u64,
}

impl Attacker {
    /// Reads a figure, which is the size of this set; of the question alone.
    pub fn read<'a>(
        &mut self,
        figure: u64,
        set: impl Iterator<Item = &'a Counted>,
        question: &str,
    ) {
        let set: BTreeSet<&Counted> = set.filter(|(of, _)| of == question).collect();
        assert_eq!(set.len() as u64, figure, "{question}: not the size of the set");
        // Each class is split into what is in the set, and what is not.
        let mut split: BTreeMap<Option<u64>, u64> = BTreeMap::new();
        for answer in set {
            let class = self.classes.get(answer).copied();
            let next = &mut self.next;
            let new = *split.entry(class).or_insert_with(|| {
                *next += 1;
                *next
            });
            self.classes.insert(answer.clone(), new);
        }
    }

    /// However the figures are combined.
    pub fn promise_4_no_combination_isolates_fewer_than_min_cohort(&self) {
        let mut sizes: BTreeMap<u64, Vec<&Counted>> = BTreeMap::new();
        for (answer, class) in &self.classes {
            sizes.entry(*class).or_default().push(answer);
        }
        for members in sizes.values() {
            assert!(members.len() >= 5, "promise 4: isolated: {members:?}");
        }
    }
}
