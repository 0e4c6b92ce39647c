//! The characters of a text as they are compared, however they were written.

use crate::domain::themes::Bare;

/// A character as it is compared, and the bytes of the text that it stands for.
#[derive(Clone, Copy)]
pub(super) struct Glyph {
    pub(super) letter: char,
    pub(super) from: usize,
    pub(super) to: usize,
}

/// Whether nobody sees it: Default_Ignorable_Code_Point (DerivedCoreProperties.txt, Unicode 16), less
/// marks, which are gone by then.
fn is_invisible(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// Each character as it is compared: without accents and forms, white space as a space, dashes as `-`;
/// what nobody sees belongs to the character before it.
pub(super) fn folded(text: &str, bare: Bare) -> Vec<Glyph> {
    const BETWEEN: char = '\0';
    let mut apart = String::with_capacity(text.len() * 2);
    for letter in text.chars() {
        apart.push(if letter == BETWEEN { ' ' } else { letter });
        apart.push(BETWEEN);
    }
    // One character at a time, but one call.
    let bare = if text.is_ascii() { apart } else { bare(&apart) };
    let mut glyphs: Vec<Glyph> = Vec::with_capacity(text.len());
    for ((from, letter), forms) in text.char_indices().zip(bare.split(BETWEEN)) {
        let to = from + letter.len_utf8();
        let before = glyphs.len();
        for form in forms.chars().filter(|form| !is_invisible(*form)) {
            let letter = match form {
                '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
                '\u{2044}' | '\u{2215}' => '/',
                '\u{2019}' => '\'',
                form if form.is_whitespace() => ' ',
                form => form,
            };
            glyphs.push(Glyph { letter, from, to });
        }
        if glyphs.len() == before {
            glyphs.iter_mut().next_back().into_iter().for_each(|glyph| glyph.to = to);
        }
    }
    glyphs
}

/// The same with `%40` read as `@` (RFC 3986, section 2.1), as far as it is printable ASCII.
pub(super) fn percent_decoded(glyphs: &[Glyph]) -> Vec<Glyph> {
    let mut decoded = Vec::with_capacity(glyphs.len());
    let mut rest = glyphs;
    while let Some((first, behind)) = rest.split_first() {
        let hex = |glyph: &Glyph| glyph.letter.to_digit(16);
        let read = match rest {
            [sign, high, low, ..] if sign.letter == '%' => hex(high)
                .zip(hex(low))
                .and_then(|(high, low)| char::from_u32(high * 16 + low))
                .filter(|letter| matches!(letter, ' '..='~'))
                .map(|letter| Glyph { letter, from: sign.from, to: low.to }),
            _ => None,
        };
        decoded.push(read.unwrap_or(*first));
        rest = if read.is_some() { rest.get(3..).unwrap_or_default() } else { behind };
    }
    decoded
}

/// How `@` and `.` are spelled in brackets, or for a page.
const SPELLED: [(&str, char); 7] = [
    ("at", '@'),
    ("@", '@'),
    ("dot", '.'),
    ("punt", '.'),
    ("punkt", '.'),
    ("point", '.'),
    (".", '.'),
];
const ENTITIES: [&str; 3] = ["&#64;", "&#x40;", "&commat;"];

/// The same with `(at)` and the like read as what they stand for, without the spaces around them.
pub(super) fn spelled(glyphs: &[Glyph]) -> Vec<Glyph> {
    let mut read: Vec<Glyph> = Vec::with_capacity(glyphs.len());
    let mut index = 0;
    while let Some(glyph) = glyphs.get(index) {
        match sign(glyphs.get(index..).unwrap_or_default()) {
            Some((letter, size)) => {
                while read.pop_if(|former| former.letter == ' ').is_some() {}
                let last = glyphs.get(index + size - 1).unwrap_or(glyph);
                read.push(Glyph { letter, from: glyph.from, to: last.to });
                index += size;
                while glyphs.get(index).is_some_and(|next| next.letter == ' ') {
                    index += 1;
                }
            }
            None => {
                read.push(*glyph);
                index += 1;
            }
        }
    }
    read
}

/// The sign that is spelled at the beginning of these, and how many of them spell it.
fn sign(glyphs: &[Glyph]) -> Option<(char, usize)> {
    let starts = |from: usize, word: &str| {
        let letters = glyphs.iter().skip(from).map(|glyph| glyph.letter.to_ascii_lowercase());
        letters.take(word.len()).eq(word.chars())
    };
    let first = glyphs.first()?.letter;
    if first == '&' {
        let entity = ENTITIES.iter().find(|entity| starts(0, entity))?;
        return Some(('@', entity.len()));
    }
    let close = match first {
        '(' => ')',
        '[' => ']',
        '{' => '}',
        '<' => '>',
        _ => return None,
    };
    let spaces = |from: usize| {
        glyphs.iter().skip(from).take(2).take_while(|glyph| glyph.letter == ' ').count()
    };
    let begin = 1 + spaces(1);
    SPELLED.iter().find_map(|(word, letter)| {
        let end = begin + word.len();
        let close_at = end + spaces(end);
        let closed = glyphs.get(close_at).is_some_and(|glyph| glyph.letter == close);
        (starts(begin, word) && closed).then_some((*letter, close_at + 1))
    })
}
