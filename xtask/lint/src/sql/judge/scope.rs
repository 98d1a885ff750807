//! The tables of one SELECT, UPDATE or DELETE, and which of them are tied to a workspace.

mod columns;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use sqlparser::ast::{
    BinaryOperator, Expr, JoinConstraint, JoinOperator, TableAlias, TableFactor, TableWithJoins,
    visit_expressions,
};

pub use columns::add;
use columns::known;

use crate::migrations::WORKSPACE;
use crate::migrations::schema::{Schema, Table, last};

/// WITH queries by name, and which of their columns hold workspaces that are known.
pub type Ctes = BTreeMap<String, BTreeSet<String>>;

pub struct Scope<'a> {
    schema: &'a Schema,
    ctes: &'a Ctes,
    relations: Vec<Relation>,
    ties: Vec<Tie>,
    /// Names that are neither tables of ours nor WITH queries nor the catalogue's.
    pub unknown: Vec<String>,
}

struct Relation {
    alias: String,
    name: String,
    kind: Kind,
}

#[derive(Clone, PartialEq, Eq)]
pub enum Kind {
    Tenant,
    /// A table without a workspace: nothing can be concluded from its columns.
    Global,
    /// A subquery or WITH query, judged where it stands, and its columns that can only hold a known workspace. Of a
    /// function nothing is known: it may answer with all of them.
    Derived(BTreeSet<String>),
}

/// An equation on workspaces, and which relations it may tie: the ON of an outer join restricts one side only.
struct Tie {
    left: Side,
    right: Side,
    holds_for: BTreeSet<String>,
}

#[derive(Clone)]
enum Side {
    /// `alias.workspace_id`, or without an alias.
    Workspace(Option<String>),
    /// A column of another name, of this alias.
    Column(Option<String>, String),
    /// A parameter, a function, a subquery: one value.
    Value,
}

impl Relation {
    /// Whether this column of it is a known workspace wherever its own query is sound.
    fn shows(&self, column: &str) -> bool {
        match &self.kind {
            Kind::Tenant => column == WORKSPACE,
            Kind::Derived(known) => known.contains(column),
            Kind::Global => false,
        }
    }
}

impl<'a> Scope<'a> {
    pub fn new(schema: &'a Schema, ctes: &'a Ctes) -> Self {
        Self {
            schema,
            ctes,
            relations: Vec::new(),
            ties: Vec::new(),
            unknown: Vec::new(),
        }
    }

    /// An item of FROM with its joins; returns nothing, remembers aliases and ties.
    pub fn add(&mut self, item: &TableWithJoins) {
        let mut left = self.factor(&item.relation);
        for join in &item.joins {
            let right = self.factor(&join.relation);
            let (constraint, holds_for) = match &join.join_operator {
                JoinOperator::Join(on) | JoinOperator::Inner(on) | JoinOperator::CrossJoin(on) => {
                    (Some(on), left.union(&right).cloned().collect())
                }
                JoinOperator::Left(on) | JoinOperator::LeftOuter(on) => (Some(on), right.clone()),
                JoinOperator::Right(on) | JoinOperator::RightOuter(on) => (Some(on), left.clone()),
                _ => (None, BTreeSet::new()),
            };
            match constraint {
                Some(JoinConstraint::On(on)) => self.conjuncts(on, &holds_for),
                Some(JoinConstraint::Using(columns))
                    if columns.iter().any(|column| last(column) == WORKSPACE) =>
                {
                    self.using(&left, &right, &holds_for);
                }
                Some(JoinConstraint::Natural) => self.using(&left, &right, &holds_for),
                _ => {}
            }
            left.extend(right);
        }
    }

    fn using(
        &mut self,
        left: &BTreeSet<String>,
        right: &BTreeSet<String>,
        holds_for: &BTreeSet<String>,
    ) {
        for a in left {
            for b in right {
                self.ties.push(Tie {
                    left: Side::Workspace(Some(a.clone())),
                    right: Side::Workspace(Some(b.clone())),
                    holds_for: holds_for.clone(),
                });
            }
        }
    }

    fn factor(&mut self, factor: &TableFactor) -> BTreeSet<String> {
        let (name, alias, kind) = match factor {
            TableFactor::NestedJoin {
                table_with_joins, ..
            } => {
                let before = self.relations.len();
                self.add(table_with_joins);
                return self.relations[before..]
                    .iter()
                    .map(|relation| relation.alias.clone())
                    .collect();
            }
            TableFactor::Table {
                name,
                alias,
                args: None,
                ..
            } => {
                let bare = last(name);
                let kind = self.kind(
                    &bare,
                    name.0.len() > 1 && !name.to_string().starts_with("public."),
                );
                (bare, alias, kind)
            }
            TableFactor::Table { name, alias, .. } | TableFactor::Function { name, alias, .. } => {
                (last(name), alias, Kind::Derived(BTreeSet::new()))
            }
            TableFactor::Derived {
                subquery, alias, ..
            } => {
                let known = known(subquery, self.schema, self.ctes);
                let known = known.named(alias.as_ref().map(TableAlias::names));
                (String::new(), alias, Kind::Derived(known))
            }
            TableFactor::TableFunction { alias, .. } | TableFactor::UNNEST { alias, .. } => {
                (String::new(), alias, Kind::Derived(BTreeSet::new()))
            }
            _ => (String::new(), &None, Kind::Derived(BTreeSet::new())),
        };
        let alias = alias
            .as_ref()
            .map_or_else(|| name.clone(), |alias| alias.name.value.to_lowercase());
        self.relations.push(Relation {
            alias: alias.clone(),
            name,
            kind,
        });
        BTreeSet::from([alias])
    }

    fn kind(&mut self, name: &str, elsewhere: bool) -> Kind {
        if let Some(known) = self.ctes.get(name) {
            return Kind::Derived(known.clone());
        }
        match self.schema.tables.get(name) {
            Some(table) if Table::is_tenant(table) => Kind::Tenant,
            Some(_) => Kind::Global,
            None => {
                if !elsewhere && !name.starts_with("pg_") {
                    self.unknown.push(name.to_owned());
                }
                Kind::Global
            }
        }
    }

    /// A table of this scope under its own name.
    pub fn relate(&mut self, name: &str, kind: Kind) {
        self.relations.push(Relation {
            alias: name.to_owned(),
            name: name.to_owned(),
            kind,
        });
    }

    /// The WHERE clause: it holds for every row.
    pub fn hold(&mut self, condition: Option<&Expr>) {
        let all = self
            .relations
            .iter()
            .map(|relation| relation.alias.clone())
            .collect();
        if let Some(condition) = condition {
            self.conjuncts(condition, &all);
        }
    }

    /// Only what stands under AND holds for every row.
    fn conjuncts(&mut self, condition: &Expr, holds_for: &BTreeSet<String>) {
        match condition {
            Expr::Nested(inner) => self.conjuncts(inner, holds_for),
            Expr::BinaryOp {
                left,
                op: BinaryOperator::And,
                right,
            } => {
                self.conjuncts(left, holds_for);
                self.conjuncts(right, holds_for);
            }
            Expr::BinaryOp {
                left,
                op: BinaryOperator::Eq,
                right,
            } => match (left.as_ref(), right.as_ref()) {
                // (a.workspace_id, a.id) = ($1, $2)
                (Expr::Tuple(lefts), Expr::Tuple(rights)) if lefts.len() == rights.len() => {
                    for (left, right) in lefts.iter().zip(rights) {
                        self.tie(left, right, holds_for);
                    }
                }
                (left, right) => self.tie(left, right, holds_for),
            },
            _ => {}
        }
    }

    fn tie(&mut self, left: &Expr, right: &Expr, holds_for: &BTreeSet<String>) {
        self.ties.push(Tie {
            left: self.side(left),
            right: self.side(right),
            holds_for: holds_for.clone(),
        });
    }

    pub fn tenants(&self) -> impl Iterator<Item = &str> {
        self.relations
            .iter()
            .filter(|relation| relation.kind == Kind::Tenant)
            .map(|relation| relation.alias.as_str())
    }

    /// The tenant tables that nothing ties to a workspace, in this scope with those around it, the innermost last.
    pub fn loose(&self, outer: &[Scope<'_>]) -> Vec<&str> {
        let tied = self.tied(outer);
        self.relations
            .iter()
            .filter(|relation| {
                relation.kind == Kind::Tenant && !tied.contains(relation.alias.as_str())
            })
            .map(|relation| relation.name.as_str())
            .collect()
    }

    fn tied(&self, outer: &[Scope<'_>]) -> BTreeSet<&str> {
        let mut tied: BTreeSet<&str> = BTreeSet::new();
        loop {
            let before = tied.len();
            for tie in &self.ties {
                for (one, other) in [(&tie.left, &tie.right), (&tie.right, &tie.left)] {
                    if let Some(alias) = self.workspace_of(one)
                        && tie.holds_for.contains(alias)
                        && self.is_known(other, &tied, outer)
                    {
                        tied.insert(alias);
                    }
                }
            }
            if tied.len() == before {
                return tied;
            }
        }
    }

    /// Which tenant table of this scope a side names the workspace of.
    fn workspace_of<'b>(&'b self, side: &'b Side) -> Option<&'b str> {
        match side {
            Side::Workspace(Some(alias)) => self.tenants().find(|tenant| tenant == alias),
            Side::Workspace(None) => {
                let mut tenants = self.tenants();
                // With more than one, PostgreSQL would call the column ambiguous.
                tenants.next().filter(|_| tenants.next().is_none())
            }
            _ => None,
        }
    }

    fn is_known(&self, side: &Side, tied: &BTreeSet<&str>, outer: &[Scope<'_>]) -> bool {
        let (alias, column) = match side {
            Side::Value => return true,
            Side::Workspace(None) => {
                return self
                    .workspace_of(side)
                    .is_some_and(|alias| tied.contains(alias));
            }
            Side::Column(None, _) => return false,
            Side::Workspace(Some(alias)) => (alias, WORKSPACE),
            Side::Column(Some(alias), column) => (alias, column.as_str()),
        };
        match self.relation(alias).map(|relation| &relation.kind) {
            Some(Kind::Derived(known)) => known.contains(column),
            Some(Kind::Tenant) => column == WORKSPACE && tied.contains(alias.as_str()),
            Some(Kind::Global) => false,
            // An alias of a query around this one: its tenant tables are judged there.
            None => outer
                .iter()
                .rev()
                .find_map(|scope| scope.relation(alias))
                .is_some_and(|relation| relation.shows(column)),
        }
    }

    fn relation(&self, alias: &str) -> Option<&Relation> {
        self.relations
            .iter()
            .find(|relation| relation.alias == *alias)
    }

    fn side(&self, expression: &Expr) -> Side {
        match expression {
            Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => self.side(inner),
            Expr::Identifier(name) if name.value.to_lowercase() == WORKSPACE => {
                Side::Workspace(None)
            }
            Expr::CompoundIdentifier(parts) => {
                let alias = parts
                    .len()
                    .checked_sub(2)
                    .map(|at| parts[at].value.to_lowercase());
                match parts.last().map(|name| name.value.to_lowercase()) {
                    Some(name) if name == WORKSPACE => Side::Workspace(alias),
                    name => Side::Column(alias, name.unwrap_or_default()),
                }
            }
            Expr::Subquery(query) if known(query, self.schema, self.ctes).is_one() => Side::Value,
            other if is_constant(other) => Side::Value,
            _ => Side::Column(None, String::new()),
        }
    }
}

/// Whether no column stands in it: `coalesce(workspace_id, $1)` would be true of every row.
fn is_constant(expression: &Expr) -> bool {
    let found = visit_expressions(expression, |part| match part {
        Expr::Identifier(_) | Expr::CompoundIdentifier(_) => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    });
    found.is_continue()
}

/// The names that an alias gives to columns.
trait Names {
    fn names(&self) -> Vec<String>;
}

impl Names for TableAlias {
    fn names(&self) -> Vec<String> {
        self.columns
            .iter()
            .map(|column| column.name.value.to_lowercase())
            .collect()
    }
}
