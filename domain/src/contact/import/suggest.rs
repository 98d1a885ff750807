//! What headings suggest, in the languages that files mostly come in.

use postern_types::{FieldView, ImportColumn};

/// Headings as they are compared, and what they stand for.
const KNOWN: [(ImportColumn, &[&str]); 6] = [
    (
        ImportColumn::Phone,
        &[
            "phone",
            "phonenumber",
            "mobile",
            "mobilephone",
            "mobilenumber",
            "cell",
            "cellphone",
            "tel",
            "telephone",
            "number",
            "whatsapp",
            "whatsappnumber",
            "phone1value",
            "telefon",
            "telefonnummer",
            "handy",
            "handynummer",
            "mobil",
            "mobiltelefon",
            "rufnummer",
            "nummer",
            "telefono",
            "teléfono",
            "movil",
            "móvil",
            "celular",
            "telefone",
            "téléphone",
            "portable",
            "numéro",
            "telefoon",
            "cellulare",
            "wa",
            "waid",
            "msisdn",
        ],
    ),
    (
        ImportColumn::Email,
        &[
            "email",
            "emailaddress",
            "mail",
            "email1value",
            "emailadresse",
            "mailadresse",
            "correo",
            "correoelectrónico",
            "courriel",
            "adressemail",
            "posta",
        ],
    ),
    (
        ImportColumn::Name,
        &[
            "name",
            "fullname",
            "firstname",
            "lastname",
            "givenname",
            "familyname",
            "surname",
            "contact",
            "contactname",
            "displayname",
            "customer",
            "customername",
            "vorname",
            "nachname",
            "familienname",
            "kunde",
            "kundenname",
            "nombre",
            "apellido",
            "apellidos",
            "nom",
            "prénom",
            "nome",
            "sobrenome",
            "cognome",
            "naam",
            "voornaam",
            "achternaam",
        ],
    ),
    (
        ImportColumn::Owner,
        &[
            "owner",
            "contactowner",
            "assignee",
            "assignedto",
            "agent",
            "lookedafterby",
            "betreuer",
            "zuständig",
            "propietario",
            "responsable",
            "responsável",
        ],
    ),
    (
        ImportColumn::Labels,
        &[
            "label",
            "labels",
            "tag",
            "tags",
            "groups",
            "groupmembership",
            "etiketten",
            "etikett",
            "schlagworte",
            "etiquetas",
            "étiquettes",
        ],
    ),
    (
        ImportColumn::Note,
        &[
            "note",
            "notes",
            "comment",
            "comments",
            "remark",
            "remarks",
            "notiz",
            "notizen",
            "bemerkung",
            "bemerkungen",
            "kommentar",
            "nota",
            "notas",
            "commentaire",
        ],
    ),
];

/// What becomes of each column. A field that is called so goes before all; a number, address and owner are one column's.
pub fn columns(headings: &[String], fields: &[FieldView]) -> Vec<ImportColumn> {
    let mut chosen: Vec<ImportColumn> = Vec::new();
    for heading in headings {
        let plain = plain(heading);
        let field = fields
            .iter()
            .find(|field| self::plain(&field.name) == plain);
        let known = KNOWN
            .iter()
            .find(|(_, words)| words.contains(&plain.as_str()));
        let column = match (field, known) {
            (Some(field), _) => ImportColumn::Field(field.id),
            (None, Some((column, _))) => *column,
            (None, None) => ImportColumn::Skip,
        };
        let several = matches!(
            column,
            ImportColumn::Name | ImportColumn::Labels | ImportColumn::Note | ImportColumn::Skip
        );
        let taken = !several && chosen.contains(&column);
        chosen.push(if taken { ImportColumn::Skip } else { column });
    }
    chosen
}

fn plain(heading: &str) -> String {
    let letters = heading.chars().filter(|sign| sign.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use postern_types::{FieldId, FieldKind};

    #[test]
    fn headings_suggest_what_they_are_called() {
        use ImportColumn::{Email, Field, Labels, Name, Note, Owner, Phone, Skip};
        let plan = FieldId(uuid::Uuid::from_u128(1));
        let fields = [FieldView {
            id: plan,
            name: "Plan".into(),
            kind: FieldKind::Text,
            choices: Vec::new(),
        }];
        for (heading, expected) in [
            ("First Name", Name),
            ("last_name", Name),
            ("Nachname", Name),
            ("Phone 1 - Value", Phone),
            ("E-Mail", Email),
            ("Contact owner", Owner),
            ("Tags", Labels),
            ("Bemerkungen", Note),
            ("PLAN", Field(plan)),
            ("Shoe size", Skip),
            ("", Skip),
        ] {
            assert_eq!(
                columns(&[heading.to_owned()], &fields),
                [expected],
                "{heading}"
            );
        }
        let twice = ["Phone", "Mobile", "Name", "Surname"].map(str::to_owned);
        assert_eq!(columns(&twice, &fields), [Phone, Skip, Name, Name]);
    }
}
