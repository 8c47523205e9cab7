//! In: the lines of a csv. Out: [`Row`]s by the names of its columns, one at a time.
//!
//! A row is a line, so that a quote that is not closed harms its own row alone.

use std::io::{self, BufRead, Read};

/// More than any picture of 64 megapixels needs.
const LONGEST_BYTES: u64 = 1 << 26;

/// A csv as it is read, the header behind it.
pub(super) struct Table<R> {
    input: R,
    line: u64,
    columns: Vec<String>,
}

/// A line of a [`Table`].
pub(super) struct Row {
    /// From 1, the header.
    pub(super) line: u64,
    pub(super) fields: Vec<Vec<u8>>,
}

/// Why a line is no row.
pub(super) enum BadRow {
    Quote,
    TooLong,
}

impl<R: BufRead> Table<R> {
    /// Reads the header.
    pub(super) fn new(input: R) -> io::Result<Result<Self, String>> {
        let mut table = Self { input, line: 0, columns: vec![] };
        Ok(match table.next()? {
            Some(Ok(Row { fields, .. })) => {
                let name = |field: &Vec<u8>| {
                    let name = String::from_utf8_lossy(field);
                    name.trim_start_matches('\u{feff}').trim().to_owned()
                };
                table.columns = fields.iter().map(name).collect();
                Ok(table)
            }
            Some(Err(_)) => Err("its first line is no header".into()),
            None => Err("it is empty".into()),
        })
    }

    /// Where the column `name` stands.
    pub(super) fn column(&self, name: &str) -> Result<usize, String> {
        let place = self.columns.iter().position(|column| column == name);
        place.ok_or_else(|| {
            let mut found = self.columns.join(",");
            if found.len() > 200 {
                found.truncate(found.floor_char_boundary(200));
                found.push_str("...");
            }
            format!("no column {name} in its first line, {found:?}")
        })
    }

    /// The next row that is not empty; `None` at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Result<Row, (u64, BadRow)>>> {
        loop {
            let mut text = Vec::new();
            self.line += 1;
            let line = self.line;
            if (&mut self.input).take(LONGEST_BYTES).read_until(b'\n', &mut text)? == 0 {
                return Ok(None);
            }
            if text.len() as u64 == LONGEST_BYTES && text.last() != Some(&b'\n') {
                drop(text);
                self.input.skip_until(b'\n')?;
                return Ok(Some(Err((line, BadRow::TooLong))));
            }
            while text.last().is_some_and(|end| matches!(end, b'\n' | b'\r')) {
                text.pop();
            }
            if !text.is_empty() {
                let fields = fields(&text).ok_or((line, BadRow::Quote));
                return Ok(Some(fields.map(|fields| Row { line, fields })));
            }
        }
    }
}

/// `None` when a quote is not closed, or something stands behind one.
fn fields(line: &[u8]) -> Option<Vec<Vec<u8>>> {
    let (mut fields, mut at) = (vec![], 0);
    loop {
        let mut field = vec![];
        if line.get(at) == Some(&b'"') {
            at += 1;
            loop {
                match (line.get(at)?, line.get(at + 1)) {
                    (b'"', Some(b'"')) => at += 1,
                    (b'"', _) => break,
                    _ => {}
                }
                field.push(line[at]);
                at += 1;
            }
            at += 1;
        } else {
            let end = line[at..].iter().position(|&c| c == b',').map_or(line.len(), |n| at + n);
            field.extend_from_slice(&line[at..end]);
            at = end;
        }
        fields.push(field);
        match line.get(at) {
            None => return Some(fields),
            Some(b',') => at += 1,
            Some(_) => return None,
        }
    }
}

/// A value as a field of a csv.
pub(super) fn quoted(value: &str) -> String {
    if value.contains([',', '"', '\n', '\r']) {
        return format!("\"{}\"", value.replace('"', "\"\""));
    }
    value.to_owned()
}
