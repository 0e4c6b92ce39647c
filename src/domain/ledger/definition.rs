//! The survey's definition, of which the Ledger is the authority: a new one, and the end of it.

use super::{Changes, Ledger};
use crate::domain::pseudonym::Secret;
use crate::domain::survey::Survey;

/// Why a survey cannot be revised.
#[derive(Debug, PartialEq, Eq)]
pub enum Unrevised {
    /// The caller had another revision in mind.
    OtherRevision,
    /// These questions have counts, and would get another kind or scale.
    ScaleChanged(Vec<String>),
    /// The survey was deleted.
    Deleted,
}

impl Ledger {
    /// D1 has the definition of this revision.
    pub fn projected(&mut self, revision: u64, changes: &mut Changes) {
        if revision > self.head.projected {
            self.head.projected = revision;
            changes.head = true;
        }
    }

    /// Whether `next` has another notice, while D1 may not have the one in force: D1 is told the
    /// newest definition alone, so a notice followed too soon would be kept nowhere.
    pub fn owes_notice(&self, next: &Survey) -> bool {
        let told = self.head.projected >= self.head.revision;
        !told && !self.head.deleted && next.notice != self.survey.notice
    }

    /// Takes a new definition, unless `expected` is given and is not the current revision, or a
    /// question that has counts would change its kind or scale. Returns the new revision.
    pub fn revise(
        &mut self,
        expected: Option<u64>,
        definition: String,
        survey: Survey,
        changes: &mut Changes,
    ) -> Result<u64, Unrevised> {
        if self.head.deleted {
            return Err(Unrevised::Deleted);
        }
        if expected.is_some_and(|revision| revision != self.head.revision) {
            return Err(Unrevised::OtherRevision);
        }
        let changed: Vec<String> = survey
            .questions
            .iter()
            .filter(|question| {
                let account = self.accounts.get(&question.id);
                account.is_some_and(|a| a.accepted > 0 && a.scale != question.kind.scale())
            })
            .map(|question| question.id.clone())
            .collect();
        if !changed.is_empty() {
            return Err(Unrevised::ScaleChanged(changed));
        }
        self.head.revision += 1;
        self.head.definition = definition;
        self.survey = survey;
        changes.head = true;
        Ok(self.head.revision)
    }

    /// Forgets everything but that the survey was here. Told again, it changes nothing more.
    pub fn delete(&mut self, changes: &mut Changes) {
        changes.erased = true;
        if self.head.deleted {
            return;
        }
        self.head.deleted = true;
        self.head.revision += 1;
        self.head.definition = String::new();
        self.head.secret = Secret::from_bytes([0; 32]);
        self.head.sweep_at = None;
        self.window = None;
        self.buckets.clear();
        self.accounts.clear();
        self.batches.clear();
    }
}
