//! Which room may name what: the floor plan, read from the source.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// All files of a folder, and of those in it.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

/// The files of `src` with their code, without comments.
fn source() -> Vec<(String, String)> {
    let root = Path::new(ROOT).join("src");
    let all = files(&root).into_iter().filter(|path| {
        path.extension()
            .is_some_and(|extension| ["rs", "js", "mjs"].iter().any(|e| extension == *e))
    });
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        let name = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
        (name, lines.collect::<Vec<_>>().join("\n"))
    };
    all.map(read).collect()
}

/// Whether `code` has `word` as a word of its own.
fn names(code: &str, word: &str) -> bool {
    let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    code.match_indices(word).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = code[at + word.len()..].chars().next();
        let ends = word.ends_with(|c: char| c.is_alphanumeric()) && is_word(after);
        !is_word(before) && !ends
    })
}

/// That no file of these rooms names any of these words.
fn assert_unnamed(rooms: &[&str], words: &[&str]) {
    let source = source();
    for room in rooms {
        let inside: Vec<_> = source.iter().filter(|(name, _)| name.starts_with(room)).collect();
        assert!(!inside.is_empty(), "there is no {room}");
        for (name, code) in inside {
            for word in words {
                assert!(!names(code, word), "{name} names {word}");
            }
        }
    }
}

#[test]
fn only_the_edge_names_the_platform() {
    let platform =
        ["worker", "js_sys", "wasm_bindgen", "web_sys", "wasm_bindgen_futures", "getrandom"];
    assert_unnamed(&["domain/", "store/", "http/", "lib.rs"], &platform);
}

#[test]
fn the_domain_names_no_other_room() {
    let rooms = ["crate::store", "crate::http", "crate::edge", "super::super::store"];
    assert_unnamed(&["domain/"], &rooms);
    assert_unnamed(&["store/"], &["crate::http", "crate::edge"]);
    assert_unnamed(&["http/"], &["crate::store", "crate::edge"]);
}

#[test]
fn the_lower_floors_have_no_clock_and_no_randomness_and_touch_nothing() {
    let world = [
        "std::time",
        "SystemTime",
        "Utc::now",
        "std::fs",
        "TcpStream",
        "std::env",
        "println",
        "rand",
    ];
    assert_unnamed(&["domain/", "store/", "http/"], &world);
}

#[test]
fn sql_stands_only_where_it_is_said_to() {
    let sql = ["select ", "insert into ", "delete from ", "create table ", "on conflict "];
    for (name, code) in source().iter().filter(|(name, _)| !name.starts_with("store/")) {
        for keyword in sql {
            assert!(!names(&code.to_lowercase(), keyword), "{name} has SQL: {keyword}");
        }
    }
}

#[test]
fn sql_is_never_put_together_from_pieces() {
    for (name, code) in source().iter().filter(|(name, _)| name.starts_with("store/")) {
        assert!(!names(code, "format!"), "{name} formats text: parameters are bound");
    }
}

#[test]
fn every_room_says_what_it_is_for() {
    let root = Path::new(ROOT).join("src");
    for path in files(&root).iter().filter(|path| path.extension().is_some_and(|e| e == "rs")) {
        let text = fs::read_to_string(path).unwrap();
        assert!(text.starts_with("//! "), "{}", path.display());
    }
}

#[test]
fn no_file_is_named_after_nothing() {
    let folders = ["src", "tests", "schema", "scripts"].map(|folder| Path::new(ROOT).join(folder));
    for path in folders.iter().flat_map(|folder| files(folder)) {
        let inside = path.strip_prefix(ROOT).unwrap().to_string_lossy().into_owned();
        let ours = !inside.contains("node_modules") && !inside.contains("target");
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        let vague = ["utils", "util", "misc", "helper", "helpers", "manager", "service", "common"];
        assert!(!ours || !vague.contains(&stem.as_str()), "{inside}");
    }
}

#[test]
fn every_promise_has_tests_of_its_name_natively_and_at_the_edge() {
    let named = |folder: &str, extension: &str, names: &[String]| {
        let all = files(&Path::new(ROOT).join("tests").join(folder)).into_iter();
        let mut all = all.filter(|path| path.extension().is_some_and(|e| e == extension));
        all.any(|path| {
            let text = fs::read_to_string(path).unwrap();
            names.iter().any(|name| text.contains(name))
        })
    };
    for n in 1..=10 {
        assert!(named("native", "rs", &[format!("fn promise_{n}_")]), "promise {n}, natively");
        let quoted = ["test(\"", "test(`"].map(|begin| format!("{begin}promise_{n}: "));
        assert!(named("edge", "mjs", &quoted), "promise {n}, at the edge");
    }
}
