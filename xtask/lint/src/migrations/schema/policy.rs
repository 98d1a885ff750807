//! Policies: the one that every tenant table has, and those of the definer functions' role. Nothing else.

use anyhow::{Context, Result, bail};
use sqlparser::tokenizer::Token;

use crate::migrations::schema::{Schema, bare};

pub struct Policy {
    pub name: String,
    pub kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Holds the serving role to its workspace, word for word.
    Tenant,
    /// Opens a table to the definer functions alone.
    Definer,
    /// Narrows what the serving role sees further: restrictive policies open nothing.
    Narrow,
    /// Any other: permissive policies add up, so it opens what the first one holds.
    Other,
}

/// The whole of a tenant's policy behind the table's name, as tokens.
const TENANT: &str = "TO POSTERN_APP USING ( CONDITION ) WITH CHECK ( CONDITION )";
const CONDITION: &str =
    "WORKSPACE_ID = ( SELECT NULLIF ( CURRENT_SETTING ( 'APP.WORKSPACE' , TRUE ) , '' ) :: UUID )";

impl Schema {
    /// CREATE, DROP or ALTER POLICY.
    pub(super) fn policy(&mut self, statement: &[Token], words: &[&str]) -> Result<()> {
        let on = words
            .iter()
            .position(|word| *word == "ON")
            .context("a policy without a table")?;
        let at = if words.get(on + 2) == Some(&".") {
            on + 3
        } else {
            on + 1
        };
        let text = |at: usize| statement.get(at).map(|token| bare(&token.to_string()));
        let table = text(at).context("a policy without a table")?;
        let name = text(on - 1).unwrap_or_default();
        let policies = &mut self.table(&table)?.policies;
        match words[0] {
            "CREATE" => policies.push(Policy {
                name,
                kind: kind(&words[at + 1..]),
            }),
            "DROP" => policies.retain(|policy| policy.name != name),
            _ => bail!("a policy is not altered: drop it, and create what it should be"),
        }
        Ok(())
    }
}

fn kind(words: &[&str]) -> Kind {
    let text = words.join(" ");
    // Of every verb, or of one.
    let narrows = [
        "",
        "FOR DELETE ",
        "FOR INSERT ",
        "FOR SELECT ",
        "FOR UPDATE ",
    ]
    .iter()
    .any(|verb| text.starts_with(&format!("AS RESTRICTIVE {verb}TO POSTERN_APP ")));
    if narrows {
        return Kind::Narrow;
    }
    let rest = text.strip_prefix("AS PERMISSIVE ").unwrap_or(&text);
    let rest = rest.strip_prefix("FOR ALL ").unwrap_or(rest);
    if rest == TENANT.replace("CONDITION", CONDITION) {
        return Kind::Tenant;
    }
    // Its role is named alone.
    match words.iter().position(|word| *word == "TO") {
        Some(to)
            if words.get(to + 1) == Some(&"POSTERN_DEFINER")
                && matches!(words.get(to + 2), Some(&("USING" | "WITH"))) =>
        {
            Kind::Definer
        }
        _ => Kind::Other,
    }
}
