//! The webhooks of a folder: those that its manifest names, or every JSON file in it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// How the values of a payload are to be taken, as the manifest says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Values {
    /// As Meta would send them.
    Deliverable,
    /// Some are words that stand for a value.
    Placeholder,
    /// Malformed on purpose: it is to be answered and kept, not understood.
    Negative,
}

impl Values {
    pub fn word(self) -> &'static str {
        match self {
            Self::Deliverable => "deliverable",
            Self::Placeholder => "placeholder",
            Self::Negative => "negative",
        }
    }
}

/// One webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Its name within the folder.
    pub file: String,
    pub path: PathBuf,
    /// `text`, `status-sent`, `account_update-DISABLED_UPDATE`…; none without a manifest.
    pub kind: Option<String>,
    pub values: Values,
}

/// The webhooks of a folder.
pub fn read(folder: &Path) -> Result<Vec<Case>> {
    let cases = match std::fs::read_to_string(folder.join("MANIFEST.tsv")) {
        Ok(text) => listed(folder, &text)?,
        Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => found(folder)?,
        Err(fault) => return Err(fault).context("MANIFEST.tsv cannot be read"),
    };
    if cases.is_empty() {
        bail!("{} holds no webhook", folder.display());
    }
    Ok(cases)
}

fn listed(folder: &Path, manifest: &str) -> Result<Vec<Case>> {
    let mut lines = manifest.lines();
    let head: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
    let column = |name: &str| {
        head.iter()
            .position(|column| column.trim() == name)
            .with_context(|| format!("MANIFEST.tsv has no column `{name}`"))
    };
    let (file, of_type, kind) = (column("file")?, column("type")?, column("kind")?);
    let values = column("values").ok();
    let mut cases = Vec::new();
    for line in lines.filter(|line| !line.trim().is_empty()) {
        let columns: Vec<&str> = line.split('\t').map(str::trim).collect();
        let at = |column: usize| columns.get(column).copied().unwrap_or_default();
        if at(kind) != "webhook" {
            continue;
        }
        cases.push(Case {
            file: at(file).to_owned(),
            path: folder.join(at(file)),
            kind: Some(at(of_type).to_owned()).filter(|kind| !kind.is_empty()),
            values: match values.map(at) {
                Some("placeholder") => Values::Placeholder,
                Some("negative") => Values::Negative,
                _ => Values::Deliverable,
            },
        });
    }
    Ok(cases)
}

fn found(folder: &Path) -> Result<Vec<Case>> {
    let mut files = Vec::new();
    walk(folder, &mut files)?;
    files.sort();
    let case = |path: PathBuf| Case {
        file: path
            .strip_prefix(folder)
            .unwrap_or(&path)
            .to_string_lossy()
            .into_owned(),
        path,
        kind: None,
        values: Values::Deliverable,
    };
    Ok(files.into_iter().map(case).collect())
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let entries = std::fs::read_dir(folder)
        .with_context(|| format!("{} cannot be read", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, files)?;
        } else if path.extension().is_some_and(|ext| ext == "json") {
            files.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_names_the_webhooks_and_without_one_every_file_is_one() {
        let folder = std::env::temp_dir().join(format!("xtask-manifest-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("deep")).expect("a scratch folder");
        for file in ["b.json", "deep/a.json", "note.txt"] {
            std::fs::write(folder.join(file), "{}").expect("a file");
        }
        let names = |cases: &[Case]| {
            let name = |case: &Case| (case.file.clone(), case.kind.clone(), case.values);
            cases.iter().map(name).collect::<Vec<_>>()
        };
        let all = read(&folder).expect("every file");
        assert_eq!(
            names(&all),
            [
                ("b.json".to_owned(), None, Values::Deliverable),
                ("deep/a.json".to_owned(), None, Values::Deliverable)
            ]
        );
        std::fs::write(
            folder.join("MANIFEST.tsv"),
            "file\tsource\tlicence\ttype\tkind\tprovenance\tvalues\tnote\n\
             b.json\ts\tl\ttext-reply\twebhook\tp\tplaceholder\tn\n\
             deep/a.json\ts\tl\ttext\tapi_request\tp\tdeliverable\t\n",
        )
        .expect("a manifest");
        let listed = read(&folder).expect("the listed ones");
        assert_eq!(
            names(&listed),
            [(
                "b.json".to_owned(),
                Some("text-reply".to_owned()),
                Values::Placeholder
            )]
        );
        std::fs::remove_dir_all(folder).expect("it is removed");
    }
}
