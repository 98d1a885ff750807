//! Functions: what one does is not read by machine, so its last body is noted for a person.

use anyhow::{Context, Result};
use sqlparser::tokenizer::Token;

use crate::migrations::schema::{Schema, bare};

impl Schema {
    /// Who made a function, or changed what it does; its owner and its grants are looked at in the database.
    pub(super) fn function(
        &mut self,
        file: &str,
        statement: &[Token],
        words: &[&str],
    ) -> Result<()> {
        let mut at = words
            .iter()
            .position(|word| matches!(*word, "FUNCTION" | "PROCEDURE" | "ROUTINE"))
            .map_or(0, |at| at + 1);
        while matches!(words.get(at), Some(&("IF" | "EXISTS"))) {
            at += 1;
        }
        if words.get(at + 1) == Some(&".") {
            at += 2;
        }
        let name = bare(
            &statement
                .get(at)
                .context("a function without a name")?
                .to_string(),
        );
        match words {
            ["DROP", ..] => {
                self.functions.remove(&name);
            }
            ["ALTER", .., "OWNER", "TO", _] => {}
            _ => {
                self.functions.insert(name, file.to_owned());
            }
        }
        Ok(())
    }
}
