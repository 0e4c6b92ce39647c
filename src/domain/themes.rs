//! From a comment to its themes, in one pass; the words are forgotten.
//!
//! Words and comments are folded alike (case, accents, compatibility forms: Unicode NFKD, UAX #15;
//! ligatures and what phones make of apostrophes and hyphens), and a word is found only between word
//! boundaries. The time is linear in the comment's length,
//! whatever it says (Aho and Corasick 1975). Unicode's tables of forms are large, so whoever makes a
//! [`Tagger`] lends it them: see [`Bare`].

use aho_corasick::automaton::{Automaton, OverlappingState};
use aho_corasick::{Input, nfa::noncontiguous::NFA};

use super::survey::Survey;

/// A text in Unicode's form NFKD (UAX #15), less its marks (general category M): letters without
/// accents, compatibility forms resolved.
pub type Bare = fn(&str) -> String;

/// A survey's words, ready to be searched for all at once.
pub struct Tagger {
    automaton: Option<NFA>,
    /// For each pattern, the index of its theme.
    themes: Vec<usize>,
    names: Vec<String>,
    bare: Bare,
}

impl Tagger {
    /// Prepares the themes of a survey.
    pub fn new(survey: &Survey, bare: Bare) -> Self {
        let mut patterns = Vec::new();
        let mut themes = Vec::new();
        for (index, theme) in survey.themes.iter().enumerate() {
            for word in theme.words.values().flatten() {
                let word = fold(&bare(word));
                if !word.is_empty() {
                    patterns.push(word);
                    themes.push(index);
                }
            }
        }
        // Building fails only beyond 2^31 states; a survey's words are bounded far below that.
        let automaton = if patterns.is_empty() { None } else { NFA::new(&patterns).ok() };
        let names = survey.themes.iter().map(|t| t.name.clone()).collect();
        Self { automaton, themes, names, bare }
    }

    /// The names of the themes that the comment has, in the survey's order.
    pub fn tag(&self, comment: &str) -> Vec<String> {
        let Some(automaton) = &self.automaton else { return Vec::new() };
        let folded = fold(&(self.bare)(comment));
        let mut found = vec![false; self.names.len()];
        let mut state = OverlappingState::start();
        let input = Input::new(&folded);
        while automaton.try_find_overlapping(&input, &mut state).is_ok() {
            let Some(hit) = state.get_match() else { break };
            let theme = self.themes.get(hit.pattern().as_usize());
            let whole = is_boundary(&folded, hit.start()) && is_boundary(&folded, hit.end());
            if let Some(slot) = theme.filter(|_| whole).and_then(|theme| found.get_mut(*theme)) {
                *slot = true;
            }
        }
        let names = self.names.iter().zip(found).filter(|(_, found)| *found);
        names.map(|(name, _)| name.clone()).collect()
    }
}

/// A bare text in lower case, with runs of white space as one space, and one letter or sign for those that
/// are written for each other.
fn fold(bare: &str) -> String {
    let mut folded = String::with_capacity(bare.len());
    for letter in bare.chars().flat_map(char::to_lowercase) {
        match letter {
            'ß' => folded.push_str("ss"),
            'œ' => folded.push_str("oe"),
            'æ' => folded.push_str("ae"),
            // Right and left quotation mark, modifier letter, prime: all of them are written for it.
            '\u{2019}' | '\u{2018}' | '\u{2bc}' | '\u{2032}' => folded.push('\''),
            // The hyphen that is nothing else, and the one that breaks no line (which NFKD makes this one).
            '\u{2010}' | '\u{2011}' => folded.push('-'),
            // Where a word may be broken, and where none may: nobody sees them.
            '\u{ad}' | '\u{200b}' | '\u{200c}' | '\u{200d}' | '\u{2060}' | '\u{feff}' => {}
            c if c.is_whitespace() => {
                if !folded.ends_with(' ') {
                    folded.push(' ');
                }
            }
            c => folded.push(c),
        }
    }
    folded.trim().to_owned()
}

/// Whether a word can begin or end at this byte: not between two letters or digits.
fn is_boundary(text: &str, at: usize) -> bool {
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let (before, after) = text.split_at_checked(at).unwrap_or(("", ""));
    !(is_word(before.chars().next_back()) && is_word(after.chars().next()))
}
