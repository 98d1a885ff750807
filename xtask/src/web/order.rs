//! The order of a module's functions. A browser does not mind it, and brotli minds it much: what follows something like
//! it is written as where it differs. `wasm-opt` puts functions into the order of their names, so they are named by
//! where they should stand; it takes the names out again.

use anyhow::{Context, Result};

const IMPORTS: u8 = 2;
const FUNCTIONS: u8 = 3;
const CODE: u8 = 10;
/// A section that says of itself what it is.
const CUSTOM: u8 = 0;
/// Magic and version.
const HEAD: usize = 8;

/// The module with each function named by its place: beside others of its type, of its size, and that end as it does.
pub fn name_by_likeness(module: &[u8]) -> Result<Vec<u8>> {
    likeness(module).context("the module could not be read")
}

fn likeness(module: &[u8]) -> Option<Vec<u8>> {
    let mut out = module.get(..HEAD)?.to_vec();
    let mut reader = Reader(module.get(HEAD..)?);
    let (mut imported, mut types, mut bodies) = (0, Vec::new(), Vec::new());
    while !reader.0.is_empty() {
        let whole = reader.0;
        let kind = reader.byte()?;
        let length = reader.number()?;
        let mut section = Reader(reader.take(length)?);
        let whole = whole.get(..whole.len() - reader.0.len())?;
        match kind {
            IMPORTS => imported = functions_among(&mut section)?,
            FUNCTIONS => {
                types = (0..section.number()?)
                    .map(|_| section.number())
                    .collect::<Option<_>>()?;
            }
            CODE => {
                bodies = (0..section.number()?)
                    .map(|_| {
                        let length = section.number()?;
                        section.take(length)
                    })
                    .collect::<Option<Vec<_>>>()?;
            }
            CUSTOM if section.text()? == b"name" => continue,
            _ => {}
        }
        out.extend_from_slice(whole);
    }

    let mut order: Vec<usize> = (0..bodies.len()).collect();
    order.sort_by(|a, b| {
        let (one, other) = (bodies[*a], bodies[*b]);
        let sizes = (types.get(*a), one.len()).cmp(&(types.get(*b), other.len()));
        sizes.then_with(|| one.iter().rev().cmp(other.iter().rev()))
    });
    let mut places = vec![0; order.len()];
    for (place, function) in order.into_iter().enumerate() {
        places[function] = place;
    }

    let mut names = number(places.len());
    for (function, place) in places.iter().enumerate() {
        names.extend(number(imported + function));
        names.extend(counted(format!("{place:07}").as_bytes()));
    }
    let mut section = counted(b"name");
    // The names of functions are the first kind of names.
    section.push(1);
    section.extend(counted(&names));
    out.push(CUSTOM);
    out.extend(counted(&section));
    Some(out)
}

/// How many of the imports are functions: they are numbered before the module's own.
fn functions_among(section: &mut Reader) -> Option<usize> {
    let mut functions = 0;
    for _ in 0..section.number()? {
        section.text()?;
        section.text()?;
        let kind = section.byte()?;
        match kind {
            0 => {
                functions += 1;
                section.number()?;
            }
            // A table or a memory, with its least and perhaps its greatest size.
            1 | 2 => {
                if kind == 1 {
                    section.byte()?;
                }
                let has_greatest = section.byte()? & 1 == 1;
                section.number()?;
                if has_greatest {
                    section.number()?;
                }
            }
            // A global: its type, and whether it changes.
            3 => {
                section.take(2)?;
            }
            _ => return None,
        }
    }
    Some(functions)
}

/// What is left to read.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn text(&mut self) -> Option<&'a [u8]> {
        let length = self.number()?;
        self.take(length)
    }

    /// LEB128.
    fn number(&mut self) -> Option<usize> {
        let mut number = 0;
        for shift in (0..35).step_by(7) {
            let byte = self.byte()?;
            number |= usize::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }
}

fn number(mut number: usize) -> Vec<u8> {
    let mut out = Vec::new();
    loop {
        let low = u8::try_from(number & 0x7f).unwrap_or_default();
        number >>= 7;
        if number == 0 {
            out.push(low);
            return out;
        }
        out.push(low | 0x80);
    }
}

fn counted(bytes: &[u8]) -> Vec<u8> {
    let mut out = number(bytes.len());
    out.extend_from_slice(bytes);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(kind: u8, content: &[u8]) -> Vec<u8> {
        [vec![kind], counted(content)].concat()
    }

    #[test]
    fn functions_are_named_by_type_then_size_then_end() {
        let head = b"\0asm\x01\0\0\0".to_vec();
        let import = |kind: &[u8]| [b"\x01m\x01f".as_slice(), kind].concat();
        let imports = [
            vec![4],
            import(&[0, 1]),
            import(&[1, 0x70, 1, 2, 3]),
            import(&[2, 0, 1]),
            import(&[3, 0x7f, 0]),
        ]
        .concat();
        // Bodies as bytes: only their length and their end matter.
        let code: [&[u8]; 4] = [&[9, 9], &[7, 2], &[8, 1], &[1, 1, 1]];
        let bodies = code.iter().flat_map(|body| counted(body));
        let bodies: Vec<u8> = std::iter::once(4).chain(bodies).collect();
        let old = section(CUSTOM, &[counted(b"name"), vec![1, 1, 0]].concat());
        let other = section(CUSTOM, &counted(b"other"));
        let kept = [
            head,
            section(IMPORTS, &imports),
            section(FUNCTIONS, &[4, 1, 0, 0, 0]),
            section(CODE, &bodies),
            other,
        ]
        .concat();
        let named = name_by_likeness(&[kept.clone(), old].concat()).expect("a module");

        // After one import: the first is alone of its type, the third ends lower than the second, the fourth is longer.
        let written: Vec<u8> = [
            (1, "0000003"),
            (2, "0000001"),
            (3, "0000000"),
            (4, "0000002"),
        ]
        .iter()
        .flat_map(|(function, name)| [number(*function), counted(name.as_bytes())].concat())
        .collect();
        let written = [vec![4], written].concat();
        let written = [counted(b"name"), vec![1], counted(&written)].concat();
        assert_eq!(named, [kept, section(CUSTOM, &written)].concat());
    }

    #[test]
    fn what_is_no_module_is_refused() {
        assert!(name_by_likeness(b"").is_err());
        assert!(name_by_likeness(b"\0asm\x01\0\0\0\x0a\x05\x01").is_err());
    }

    #[test]
    fn numbers_are_read_as_they_are_written() {
        for count in [0, 127, 128, 300, 2_000_000] {
            let written = number(count);
            let mut reader = Reader(&written);
            assert_eq!((reader.number(), reader.0.len()), (Some(count), 0));
        }
        assert_eq!(Reader(&[0xff; 9]).number(), None);
    }
}
