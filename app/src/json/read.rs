//! The browser's reader. `serde_json` reads each struct from an array as well as from an object, by name as by number, and
//! counts lines: code that is made once more for every type. This reads what `serde_json` writes; what else it takes
//! harms nobody. Names are looked up here, in the list that each type brings: what is made for the type itself knows its
//! fields and variants by their numbers alone.

mod fault;
mod text;

use super::Fault;
use serde::{
    Deserializer,
    de::{
        DeserializeOwned, DeserializeSeed, EnumAccess, Error as _, IntoDeserializer, MapAccess,
        SeqAccess, VariantAccess, Visitor, value::U64Deserializer,
    },
    forward_to_deserialize_any,
};
use text::Text;

/// A value, and nothing behind it.
pub fn whole<T: DeserializeOwned>(text: &[u8]) -> Result<T, Fault> {
    let mut text = Text::new(text);
    let value = T::deserialize(&mut text)?;
    text.end()?;
    Ok(value)
}

impl<'de> Deserializer<'de> for &mut Text<'_> {
    type Error = Fault;

    /// Only where a type does not say what it wants; most do.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.peek() {
            b'"' => self.deserialize_string(visitor),
            b'{' => self.deserialize_map(visitor),
            b'[' => self.deserialize_seq(visitor),
            b't' | b'f' => self.deserialize_bool(visitor),
            b'n' => self.deserialize_unit(visitor),
            _ => self.deserialize_i64(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_bool(self.truth()?)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_i64(self.number()?)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_string(self.string()?)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_str(&self.string()?)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.peek() == b'n' {
            self.word("null")?;
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.word("null")?;
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.expect(b'[')?;
        visitor.visit_seq(Inside::of(self))
    }

    /// Who reads a tuple does not ask for more than is in it.
    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Fault> {
        self.expect(b'[')?;
        let value = visitor.visit_seq(Inside::of(self))?;
        self.expect(b']')?;
        Ok(value)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.expect(b'{')?;
        visitor.visit_map(Inside::of(self))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.expect(b'{')?;
        visitor.visit_map(Fields {
            inside: Inside::of(self),
            names,
        })
    }

    /// A word alone; or a word with what it carries, `{"word":…}`.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let (variant, carries) = self.variant(names)?;
        let value = visitor.visit_enum(Word {
            name: names[variant],
            variant,
            carried: carries.then_some(&mut *self),
        })?;
        if carries {
            self.expect(b'}')?;
        }
        Ok(value)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_f64(self.decimal()?)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.skip()?;
        visitor.visit_unit()
    }

    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_i64(visitor)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_i64(visitor)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_i64(visitor)
    }

    forward_to_deserialize_any! { i8 i16 u8 u16 f32 char bytes byte_buf unit_struct tuple_struct }
}

/// What stands within brackets.
struct Inside<'a, 't> {
    text: &'a mut Text<'t>,
    first: bool,
}

impl<'a, 't> Inside<'a, 't> {
    fn of(text: &'a mut Text<'t>) -> Self {
        Self { text, first: true }
    }

    #[inline(never)]
    fn more(&mut self, closing: u8) -> Result<bool, Fault> {
        let first = std::mem::take(&mut self.first);
        self.text.more(first, closing)
    }

    /// The next field: its place among these, or one behind the last when it is none of them.
    #[inline(never)]
    fn field(&mut self, names: &[&str]) -> Result<Option<usize>, Fault> {
        if !self.more(b'}')? {
            return Ok(None);
        }
        let name = self.text.string()?;
        let place = names.iter().position(|known| *known == name);
        Ok(Some(place.unwrap_or(names.len())))
    }
}

impl<'de> SeqAccess<'de> for Inside<'_, '_> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Fault> {
        if self.more(b']')? {
            seed.deserialize(&mut *self.text).map(Some)
        } else {
            Ok(None)
        }
    }
}

impl<'de> MapAccess<'de> for Inside<'_, '_> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        if self.more(b'}')? {
            seed.deserialize(&mut *self.text).map(Some)
        } else {
            Ok(None)
        }
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Fault> {
        self.text.expect(b':')?;
        seed.deserialize(&mut *self.text)
    }
}

/// What stands within the braces of a type that knows its fields.
struct Fields<'a, 't> {
    inside: Inside<'a, 't>,
    names: &'static [&'static str],
}

impl<'de> MapAccess<'de> for Fields<'_, '_> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        match self.inside.field(self.names)? {
            Some(field) => seed.deserialize(number(field)).map(Some),
            None => Ok(None),
        }
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Fault> {
        self.inside.next_value_seed(seed)
    }
}

/// As the code that is derived for fields and variants takes it.
fn number(place: usize) -> U64Deserializer<Fault> {
    (place as u64).into_deserializer()
}

/// A variant, and where what it carries stands.
struct Word<'a, 't> {
    name: &'static str,
    variant: usize,
    carried: Option<&'a mut Text<'t>>,
}

impl<'a, 't> Word<'a, 't> {
    fn carried(self) -> Result<&'a mut Text<'t>, Fault> {
        self.carried.ok_or_else(|| carries(self.name))
    }
}

impl<'de> EnumAccess<'de> for Word<'_, '_> {
    type Error = Fault;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Fault> {
        Ok((seed.deserialize(number(self.variant))?, self))
    }
}

impl<'de> VariantAccess<'de> for Word<'_, '_> {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        self.carried.map_or(Ok(()), |text| text.word("null"))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Fault> {
        seed.deserialize(self.carried()?)
    }

    fn tuple_variant<V: Visitor<'de>>(self, long: usize, visitor: V) -> Result<V::Value, Fault> {
        self.carried()?.deserialize_tuple(long, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.carried()?.deserialize_struct("", names, visitor)
    }
}

fn carries(word: &str) -> Fault {
    Fault::custom(format_args!("`{word}` stands without what it carries"))
}

#[cfg(test)]
mod tests;
