use super::*;
use crate::contact::import::split::Splitter;
use postern_types::{FieldId, FieldView, ImportKnown};
use uuid::Uuid;

const FIELD: FieldId = FieldId(Uuid::from_u128(7));

fn plan(columns: &[ImportColumn]) -> ImportPlan {
    ImportPlan {
        encoding: "utf-8".into(),
        separator: ',',
        columns: columns.to_vec(),
        known: ImportKnown::Fill,
        country: "49".into(),
        labels: false,
    }
}

fn book(kind: FieldKind) -> Book {
    let member = |id: u128, name: &str, email: &str| Member {
        id: MemberId(Uuid::from_u128(id)),
        name: name.into(),
        email: email.into(),
    };
    Book {
        fields: vec![FieldView {
            id: FIELD,
            name: "Plan".into(),
            kind,
            choices: vec!["Gold".into(), "Silver".into()],
        }],
        labels: HashSet::from(["vip".to_owned()]),
        members: vec![
            member(1, "ana", "ana@example.test"),
            member(2, "bo", "bo@example.test"),
            member(3, "bo", "other@example.test"),
        ],
        country: phone::country_of(49),
    }
}

fn records(text: &str) -> Vec<Record> {
    let mut splitter = Splitter::new(',');
    splitter.push(text);
    splitter.finish();
    splitter.ready.into_iter().collect()
}

/// Judges rows under headings of as many columns.
fn judge_all(columns: &[ImportColumn], book: &Book, text: &str) -> Vec<Result<Wanted, Bad>> {
    let headings: Vec<String> = (1..=columns.len()).map(|n| format!("c{n}")).collect();
    let (plan, mut seen) = (plan(columns), Seen::default());
    let rows = records(text).into_iter();
    rows.map(|row| judge(row, &headings, &plan, book, &mut seen))
        .collect()
}

#[test]
fn a_row_says_who_somebody_is() {
    use ImportColumn::{Email, Field, Labels, Name, Note, Owner, Phone, Skip};
    let columns = [
        Name,
        Name,
        Phone,
        Email,
        Owner,
        Labels,
        Note,
        Field(FIELD),
        Skip,
    ];
    let text = "Ana,=1+1,0151 23456789, ANA@Example.test ,Ana,\"VIP; vip\",call,gold,x";
    let rows = judge_all(&columns, &book(FieldKind::Choice), text);
    let wanted = rows[0].as_ref().unwrap();
    // What a spreadsheet would run is a text like any other.
    assert_eq!(wanted.name.as_deref(), Some("Ana =1+1"));
    assert_eq!(wanted.digits.as_deref(), Some("4915123456789"));
    assert_eq!(wanted.email.as_deref(), Some("ana@example.test"));
    assert_eq!(wanted.owner, Some(MemberId(Uuid::from_u128(1))));
    assert_eq!(wanted.labels, ["VIP"]);
    assert_eq!(wanted.note.as_deref(), Some("call"));
    assert_eq!(wanted.values, [(FIELD.0, "Gold".to_owned())]);
}

#[test]
fn what_is_wrong_is_told_with_its_column() {
    use ImportColumn::{Email, Labels, Name, Owner, Phone};
    let columns = [Name, Phone, Email, Owner, Labels];
    for (row, column, words) in [
        ("Ana,ring me,,,", "c2", ""),
        ("Ana,4.91512E+12,,,", "c2", "rounded"),
        ("Ana,+49 1,,,", "c2", ""),
        ("Ana,,no address,,", "c3", "e-mail"),
        ("Ana,,,,", "", "neither a number nor an address"),
        ("Ana,+4915123456789,,Zoe,", "c4", "Nobody who works here"),
        ("Ana,+4915123456789,,Bo,", "c4", "Several people"),
        ("Ana,+4915123456789,,,Gold", "c5", "no label"),
        (
            "Ana,+4915123456789,,",
            "",
            "4 cells where the headings have 5",
        ),
        ("Ana,+4915123456789,,,,x", "", "6 cells"),
        ("Ana,\"+4915123456789,,,", "", "never closed"),
        ("A\u{FFFD}a,+4915123456789,,,", "c1", "encoding"),
        (
            &format!("{},+4915123456789,,,", "x".repeat(81)),
            "c1",
            "80 characters",
        ),
        (
            &format!("{},+4915123456789,,,", "x".repeat(CELL + 1)),
            "c1",
            "bytes",
        ),
    ] {
        let rows = judge_all(&columns, &book(FieldKind::Text), row);
        let bad = rows[0].as_ref().unwrap_err();
        assert_eq!(bad.column, column, "{row:.40}: {}", bad.words);
        assert!(bad.words.contains(words), "{row:.40}: {}", bad.words);
    }
}

#[test]
fn the_first_of_two_rows_about_one_contact_counts_and_one_at_fault_does_not() {
    use ImportColumn::{Email, Phone};
    let rows = judge_all(
        &[Phone, Email],
        &book(FieldKind::Text),
        "+4915123456789,a@example.test\n0151 23456789,b@example.test\n,A@example.test\n+5511987654321,no\n\
         +5511987654321,\n+55 11 8765-4321,\n+4915123456780,a@example.test\n",
    );
    let told: Vec<_> = rows
        .iter()
        .map(|row| {
            row.as_ref()
                .map(|wanted| wanted.row)
                .map_err(|bad| bad.words.as_str())
        })
        .collect();
    assert_eq!(told[0], Ok(1));
    assert!(told[1].unwrap_err().starts_with("Row 1 is about the same"));
    // By its address alone it is the first one, too.
    assert!(told[2].unwrap_err().starts_with("Row 1 is about the same"));
    assert!(told[3].is_err());
    assert_eq!(told[4], Ok(5), "the one before it was at fault");
    assert!(
        told[5].unwrap_err().starts_with("Row 5 is about the same"),
        "written otherwise"
    );
    // An address may be several people's.
    assert_eq!(told[6], Ok(7));
}

#[test]
fn fields_take_what_programs_write_and_nothing_else() {
    use FieldKind::{Choice, Date, Link, Number, Text, YesNo};
    for (kind, cell, kept) in [
        (Text, "'=1+1", Some("=1+1")),
        (Text, "'tis", Some("'tis")),
        (Number, "\"3,5\"", Some("3.5")),
        (Number, "many", None),
        (Date, "2026-01-31", Some("2026-01-31")),
        (Date, "31.1.2026", Some("2026-01-31")),
        (Date, "31.02.2026", None),
        (Date, "1/2/2026", None),
        (Choice, "SILVER", Some("Silver")),
        (Choice, "Bronze", None),
        (YesNo, "TRUE", Some("yes")),
        (YesNo, "nein", Some("no")),
        (YesNo, "perhaps", None),
        (Link, "https://example.com", Some("https://example.com")),
        (Link, "javascript:alert(1)", None),
    ] {
        let columns = [ImportColumn::Phone, ImportColumn::Field(FIELD)];
        let rows = judge_all(&columns, &book(kind), &format!("+4915123456789,{cell}"));
        let read = rows[0]
            .as_ref()
            .ok()
            .map(|wanted| wanted.values[0].1.as_str());
        assert_eq!(read, kept, "{kind:?} {cell}");
    }
}

#[test]
fn labels_are_made_when_asked_for_and_no_more_than_there_may_be() {
    let book = book(FieldKind::Text);
    let plan = ImportPlan {
        labels: true,
        ..plan(&[ImportColumn::Phone, ImportColumn::Labels])
    };
    let headings = ["a".to_owned(), "b".to_owned()];
    let mut seen = Seen::default();
    let mut judged = |labels: String, nth: u32| {
        let text = format!("+49151234{nth:05},\"{labels}\"");
        let record = records(&text).remove(0);
        judge(record, &headings, &plan, &book, &mut seen)
    };
    let many = (0..150)
        .map(|n| format!("l{n}"))
        .collect::<Vec<_>>()
        .join(";");
    assert_eq!(judged(many, 1).unwrap().labels.len(), 150);
    let more = (100..199)
        .map(|n| format!("L{n}"))
        .collect::<Vec<_>>()
        .join(";");
    assert_eq!(judged(more, 2).unwrap().labels.len(), 99);
    // One was there, and 199 were made.
    assert!(
        judged("one more".into(), 3)
            .unwrap_err()
            .words
            .contains("200 labels")
    );
    assert!(judged("vip,l7".into(), 4).is_ok());
    assert!(judged("x".repeat(41), 5).is_err());
}
