//! Mentees and mentors: which records belong to the same person, and which person a text means
//! (statistics.md section 3).

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use chrono::{Datelike, NaiveDate};
use compact_str::{CompactString, format_compact};

use super::codes::Gender;
use super::erased::ERASED;
use super::index::{Idx, IndexVec, index_type};
use super::names::{NameId, Names, looks_like_phone, phone_of, within};
use super::record::Record;
use super::records::Records;

index_type! {
    /// The index of a mentee in [`Mentees`].
    MenteeIndex
}

index_type! {
    /// The index of a mentor in [`Mentors`].
    MentorIndex
}

/// An index of people who introduce themselves by one form.
pub trait PersonIndex: Idx {
    /// The key of the form by which these people introduce themselves.
    const FORM: &'static str;

    /// The first letter of these people's codes.
    const LETTER: char;
}

impl PersonIndex for MenteeIndex {
    const FORM: &'static str = "mentee_registration";
    const LETTER: char = 'A';
}

impl PersonIndex for MentorIndex {
    const FORM: &'static str = "mentor_application";
    const LETTER: char = 'M';
}

/// The minimum length of a name, in characters, for which a misspelling is accepted: a change of
/// one letter makes a short name another name.
const SHORTEST_MISSPELT: usize = 5;

/// One mentee or mentor.
#[derive(Debug, Clone)]
pub struct Person<'a> {
    /// A letter and the smallest sequence number of the person's records: `A12` for a mentee, `M7`
    /// for a mentor.
    pub code: CompactString,
    /// All records of the person, in order of submission; never empty.
    pub records: Vec<&'a Record>,
    names: Vec<NameId>,
    nicknames: Vec<NameId>,
    phones: Vec<&'a str>,
}

impl<'a> Person<'a> {
    /// Returns the latest record, whose answers hold now.
    pub fn latest(&self) -> &'a Record {
        self.records.last().expect("a person has at least one record")
    }

    /// Returns the full name as last written.
    pub fn full_name(&self) -> &'a str {
        self.latest().answers.text("full_name").unwrap_or_default()
    }

    /// Returns whether the person was erased, so that only codes and numbers remain.
    pub fn is_erased(&self) -> bool {
        self.latest().answers.get(ERASED).is_some()
    }

    /// Returns the nickname as last written.
    pub fn nickname(&self) -> &'a str {
        self.latest().answers.text("nickname").unwrap_or_default()
    }

    /// Returns the gender in the latest record.
    pub fn gender(&self) -> Option<Gender> {
        self.latest().answers.code("gender")
    }

    /// Returns the E.164 phone number as last written.
    pub fn phone(&self) -> Option<&'a str> {
        self.latest().answers.text("phone")
    }

    /// Returns the day of birth as last written.
    pub fn birth_date(&self) -> Option<NaiveDate> {
        self.latest().answers.date("birth_date")
    }

    /// Returns the age in full years on a day; `None` without a day of birth.
    pub fn age_on(&self, day: NaiveDate) -> Option<i32> {
        self.birth_date().map(|born| full_years(born, day))
    }

    /// Returns the codes of the weekly slots in which the person can come.
    pub fn slots(&self) -> &'a [CompactString] {
        self.latest().answers.list("slots")
    }

    /// Returns whether the person can come in a weekly slot.
    pub fn can_come(&self, slot: &str) -> bool {
        self.slots().iter().any(|own| own == slot)
    }

    /// Returns the maximum number of mentees that a mentor takes; 0 without an answer.
    pub fn max_mentees(&self) -> i64 {
        self.latest().answers.integer("max_mentees").unwrap_or(0)
    }

    /// Returns the day of the first record.
    pub fn first_seen(&self) -> NaiveDate {
        self.records.first().expect("a person has at least one record").submitted_on()
    }
}

/// Returns the number of full years from a day of birth to a day.
pub fn full_years(born: NaiveDate, day: NaiveDate) -> i32 {
    day.year() - born.year() - i32::from((day.month(), day.day()) < (born.month(), born.day()))
}

/// Returns the 18th birthday; 1 March for a person born on 29 February.
pub fn eighteenth_birthday(born: NaiveDate) -> NaiveDate {
    let year = born.year() + 18;
    born.with_year(year).or_else(|| NaiveDate::from_ymd_opt(year, 3, 1)).unwrap_or(NaiveDate::MAX)
}

/// All mentees or all mentors, in order of their first ledger line.
#[derive(Debug, Clone)]
pub struct People<'a, I> {
    all: IndexVec<I, Person<'a>>,
    by_code: HashMap<CompactString, Vec<I>>,
    by_phone: BTreeMap<&'a str, Vec<I>>,
    by_name: HashMap<NameId, Vec<I>>,
    by_nickname: HashMap<NameId, Vec<I>>,
    near: Vec<(u64, NameId)>,
}

/// All people who ever registered as mentees.
pub type Mentees<'a> = People<'a, MenteeIndex>;

/// All people who ever applied as mentors.
pub type Mentors<'a> = People<'a, MentorIndex>;

impl<'a, I: PersonIndex> People<'a, I> {
    /// Groups the records by which people introduce themselves by person.
    pub fn merge(records: &Records<'a>, names: &mut Names<'a>) -> Self {
        let named: Vec<Named<'a>> =
            records.of(I::FORM).iter().map(|record| Named::of(record, names)).collect();
        let mut all: Vec<Person<'a>> = merged(&named, names)
            .into_iter()
            .map(|members| person(members.into_iter().map(|i| &named[i]).collect(), I::LETTER))
            .collect();
        all.sort_by_key(|person| person.records.iter().map(|record| record.seq).min());
        Self::indexed(IndexVec::new(all), names)
    }

    fn indexed(all: IndexVec<I, Person<'a>>, names: &Names<'a>) -> Self {
        let mut people = Self {
            all: IndexVec::default(),
            by_code: HashMap::new(),
            by_phone: BTreeMap::new(),
            by_name: HashMap::new(),
            by_nickname: HashMap::new(),
            near: Vec::new(),
        };
        for (index, person) in all.iter_enumerated() {
            people.by_code.entry(person.code.clone()).or_default().push(index);
            person
                .phones
                .iter()
                .for_each(|phone| people.by_phone.entry(phone).or_default().push(index));
            person
                .names
                .iter()
                .for_each(|name| people.by_name.entry(*name).or_default().push(index));
            person
                .nicknames
                .iter()
                .for_each(|name| people.by_nickname.entry(*name).or_default().push(index));
        }
        people.near = people
            .by_name
            .keys()
            .flat_map(|name| signatures(names.normal(*name)).map(|sign| (sign, *name)))
            .collect();
        people.near.sort_unstable();
        people.all = all;
        people
    }

    /// Returns all people, in order of their first ledger line.
    pub fn all(&self) -> &[Person<'a>] {
        self.all.as_slice()
    }

    /// Returns all people with their indices, in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (I, &Person<'a>)> {
        self.all.iter_enumerated()
    }

    /// Returns all indices, in order.
    pub fn indices(&self) -> impl ExactSizeIterator<Item = I> + Clone + use<'a, I> {
        self.all.indices()
    }

    /// Calls `value` with each index, in order, and returns the results by index.
    pub fn map<T>(&self, value: impl FnMut(I) -> T) -> IndexVec<I, T> {
        self.all.map(value)
    }

    /// Returns the number of people.
    pub fn len(&self) -> usize {
        self.all().len()
    }

    /// Returns whether there are no people.
    pub fn is_empty(&self) -> bool {
        self.all().is_empty()
    }

    /// Returns phone numbers that belong to more than one person, with their owners.
    pub fn shared_phones(&self) -> impl Iterator<Item = (&'a str, &[I])> {
        self.by_phone
            .iter()
            .filter(|(_, owners)| owners.len() > 1)
            .map(|(phone, owners)| (*phone, owners.as_slice()))
    }

    /// Returns the only person whom a text can mean: by code, phone, full name, nickname, or a full
    /// name with one wrong letter. `None` if nobody, or more than one person, can be meant.
    pub fn find(&self, names: &Names<'_>, text: &str) -> Option<I> {
        if let Some(owners) = self.by_code.get(code_of(text).as_str()) {
            return only(owners);
        }
        if looks_like_phone(text) {
            return phone_of(text)
                .and_then(|phone| self.by_phone.get(phone.as_str()))
                .and_then(|owners| only(owners));
        }
        let (normal, known) = names.look_up(text);
        let equal =
            |index: &HashMap<NameId, Vec<I>>| known.and_then(|id| index.get(&id)).map(|v| only(v));
        equal(&self.by_name)
            .or_else(|| equal(&self.by_nickname))
            .unwrap_or_else(|| self.find_misspelt(names, &normal))
    }

    fn find_misspelt(&self, names: &Names<'_>, normal: &str) -> Option<I> {
        if normal.chars().count() < SHORTEST_MISSPELT {
            return None;
        }
        let mut owners: Vec<I> = signatures(normal)
            .flat_map(|sign| {
                let from = self.near.partition_point(|entry| entry.0 < sign);
                self.near[from..]
                    .iter()
                    .take_while(move |entry| entry.0 == sign)
                    .map(|entry| entry.1)
            })
            .filter(|name| within(names.normal(*name), normal, 1))
            .flat_map(|name| self.by_name[&name].iter().copied())
            .collect();
        owners.sort_unstable();
        owners.dedup();
        only(&owners)
    }

    /// [`People::find`] among a few candidates. `name` is the number of the text's normal name.
    pub fn find_among(
        &self,
        candidates: &[I],
        names: &Names<'_>,
        text: &str,
        name: NameId,
    ) -> Option<I> {
        let people = || candidates.iter().map(|index| (*index, &self.all[*index]));
        if let Some(owners) = self.by_code.get(code_of(text).as_str()) {
            return single(
                people().filter(|(index, _)| owners.contains(index)).map(|(index, _)| index),
            )
            .flatten();
        }
        if looks_like_phone(text) {
            let phone = phone_of(text)?;
            return single(
                people()
                    .filter(|(_, p)| p.phones.contains(&phone.as_str()))
                    .map(|(index, _)| index),
            )
            .flatten();
        }
        single(people().filter(|(_, p)| p.names.contains(&name)).map(|(index, _)| index))
            .or_else(|| {
                single(
                    people().filter(|(_, p)| p.nicknames.contains(&name)).map(|(index, _)| index),
                )
            })
            .unwrap_or_else(|| {
                let normal = names.normal(name);
                let near = |p: &Person<'_>| {
                    p.names.iter().any(|own| within(names.normal(*own), normal, 1))
                };
                let trusted = normal.chars().count() >= SHORTEST_MISSPELT;
                single(people().filter(|(_, p)| trusted && near(p)).map(|(index, _)| index))
                    .flatten()
            })
    }
}

impl<'a, I: PersonIndex> std::ops::Index<I> for People<'a, I> {
    type Output = Person<'a>;

    fn index(&self, index: I) -> &Person<'a> {
        &self.all[index]
    }
}

/// Finds people by text, and caches the result for each text.
#[derive(Debug)]
pub struct Finder<'p, 'a, I> {
    people: &'p People<'a, I>,
    found: HashMap<&'a str, Option<I>>,
}

impl<'p, 'a, I: PersonIndex> Finder<'p, 'a, I> {
    /// Returns a finder with an empty cache.
    pub fn among(people: &'p People<'a, I>) -> Self {
        Self { people, found: HashMap::new() }
    }

    /// Returns the result of [`People::find`].
    pub fn find(&mut self, names: &Names<'a>, text: &'a str) -> Option<I> {
        *self.found.entry(text).or_insert_with(|| self.people.find(names, text))
    }
}

/// A record with the answers that decide which person it belongs to.
struct Named<'a> {
    record: &'a Record,
    name: NameId,
    nickname: NameId,
    phone: &'a str,
    birth_date: &'a str,
}

impl<'a> Named<'a> {
    fn of(record: &'a Record, names: &mut Names<'a>) -> Self {
        let text = |question| record.answers.text(question).unwrap_or_default();
        Self {
            record,
            name: names.intern(text("full_name")),
            nickname: names.intern(text("nickname")),
            phone: text("phone"),
            birth_date: text("birth_date"),
        }
    }
}

fn person<'a>(records: Vec<&Named<'a>>, letter: char) -> Person<'a> {
    let first = records.iter().map(|named| named.record.seq).min().unwrap_or_default();
    let mut person = Person {
        code: format_compact!("{letter}{first}"),
        records: records.iter().map(|named| named.record).collect(),
        names: records.iter().map(|named| named.name).collect(),
        nicknames: records.iter().map(|named| named.nickname).collect(),
        phones: records.iter().map(|named| named.phone).filter(|phone| !phone.is_empty()).collect(),
    };
    person.records.sort_by_key(|record| (record.moment, record.seq));
    person.names.sort_unstable();
    person.names.dedup();
    person.nicknames.sort_unstable();
    person.nicknames.dedup();
    person.phones.sort_unstable();
    person.phones.dedup();
    person
}

/// Returns the records of each person. Two records belong to one person if they have the same phone
/// and names at most 2 apart, or the same name and day of birth.
fn merged(named: &[Named<'_>], names: &Names<'_>) -> Vec<Vec<usize>> {
    let mut union = Union::new(named.len());
    let mut by_phone: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut by_birth: HashMap<(NameId, &str), usize> = HashMap::new();
    for (i, one) in named.iter().enumerate() {
        if !one.birth_date.is_empty() {
            union.join(i, *by_birth.entry((one.name, one.birth_date)).or_insert(i));
        }
        if one.phone.is_empty() {
            continue;
        }
        let same_phone = by_phone.entry(one.phone).or_default();
        let mut has_spelling = false;
        for &j in same_phone.iter() {
            has_spelling |= named[j].name == one.name;
            if union.root(i) != union.root(j)
                && within(names.normal(one.name), names.normal(named[j].name), 2)
            {
                union.join(i, j);
            }
        }
        // Later records are compared with one record of each spelling only, however often a person
        // registers.
        if !has_spelling {
            same_phone.push(i);
        }
    }
    union.sets()
}

/// Disjoint sets (union-find with path halving).
struct Union(Vec<usize>);

impl Union {
    fn new(len: usize) -> Self {
        Self((0..len).collect())
    }

    fn root(&mut self, mut i: usize) -> usize {
        while self.0[i] != i {
            self.0[i] = self.0[self.0[i]];
            i = self.0[i];
        }
        i
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.0[a.max(b)] = a.min(b);
    }

    fn sets(&mut self) -> Vec<Vec<usize>> {
        let mut sets: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for i in 0..self.0.len() {
            sets.entry(self.root(i)).or_default().push(i);
        }
        sets.into_values().collect()
    }
}

/// Returns the hashes of a name, and of the name without each one of its letters. Names at distance
/// 1 have at least one hash in common (symmetric deletion, as in SymSpell); since hashes can
/// collide, the caller compares the names.
fn signatures(normal: &str) -> impl Iterator<Item = u64> + '_ {
    let less_one = normal
        .char_indices()
        .map(move |(at, c)| hash_of(&normal[..at], &normal[at + c.len_utf8()..]));
    std::iter::once(hash_of(normal, "")).chain(less_one)
}

fn hash_of(head: &str, tail: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(head.as_bytes());
    hasher.write(tail.as_bytes());
    head.len().wrapping_add(tail.len()).hash(&mut hasher);
    hasher.finish()
}

fn code_of(text: &str) -> CompactString {
    let mut code = CompactString::from(text.trim());
    code.make_ascii_uppercase();
    code
}

fn only<I: Copy>(owners: &[I]) -> Option<I> {
    match owners {
        [one] => Some(*one),
        _ => None,
    }
}

/// Returns `None` if there is nobody, `Some(None)` if there are several, `Some(Some(index))` if
/// there is exactly one.
fn single<I>(mut owners: impl Iterator<Item = I>) -> Option<Option<I>> {
    let first = owners.next()?;
    Some(owners.next().is_none().then_some(first))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::names::normal_name;
    use super::super::records::Records;
    use super::super::samples::{Rows, day};
    use super::*;

    /// Returns the people of some rows, as (code, full name as last written).
    fn merged_people(rows: &Rows) -> Vec<(String, String)> {
        let records = Records::new(&rows.0);
        let people = Mentees::merge(&records, &mut Names::default());
        people
            .all()
            .iter()
            .map(|person| (person.code.to_string(), person.full_name().to_owned()))
            .collect()
    }

    fn found(rows: &Rows, text: &str) -> Option<String> {
        let (records, mut names) = (Records::new(&rows.0), Names::default());
        let people = Mentees::merge(&records, &mut names);
        let everyone: Vec<MenteeIndex> = people.indices().collect();
        let alone = people.find(&names, text);
        let name = names.intern(text);
        assert_eq!(
            people.find_among(&everyone, &names, text, name),
            alone,
            "among all is the same as alone"
        );
        alone.map(|index| people[index].full_name().to_owned())
    }

    #[test]
    fn the_same_phone_and_nearly_the_same_name_is_one_person() {
        let mut rows = Rows::default();
        rows.mentee("2026-07-14", "Ahmad Fauzi", "+6281100000001");
        rows.mentee("2026-07-16", "Achmad Fauzy", "+6281100000001");
        rows.mentee("2026-07-15", "Budi Santoso", "+6281100000001");
        assert_eq!(
            merged_people(&rows),
            [("A1".into(), "Achmad Fauzy".into()), ("A3".into(), "Budi Santoso".into())]
        );
    }

    #[test]
    fn the_same_name_and_birth_date_is_one_person_and_so_on_transitively() {
        let mut rows = Rows::default();
        rows.mentee("2026-07-14", "Ali Akbar", "+6281100000001");
        rows.mentee("2026-07-15", "ALI  akbar", "+6281100000002");
        rows.mentee("2026-07-16", "Ali Akbars", "+6281100000002");
        assert_eq!(merged_people(&rows), [("A1".into(), "Ali Akbars".into())]);
        let born = json!({"full_name": "Ali Akbar", "nickname": "Ali", "birth_date": "2010-05-05", "phone": "+6281100000009"});
        rows.add("mentee_registration", "2026-07-17", born);
        assert_eq!(
            merged_people(&rows).len(),
            2,
            "a namesake born on another day is somebody else"
        );
    }

    #[test]
    fn a_person_is_found_by_code_phone_name_nickname_or_one_wrong_letter() {
        let mut rows = Rows::default();
        rows.mentee("2026-07-14", "Ahmad Fauzi", "+6281100000001");
        rows.mentee("2026-07-14", "Budi Santoso", "+6281100000002");
        for text in [
            "a2",
            " A2 ",
            "0811-0000-0002",
            "budi SANTOSO",
            "Budi",
            "Budi Santosa",
            "Budi Santos",
            "BBudi Santoso",
        ] {
            assert_eq!(found(&rows, text).as_deref(), Some("Budi Santoso"), "{text}");
        }
        for text in
            ["A9", "0811-0000-0003", "Budy", "Bvdi Santosa", "Santoso", "", "021 5550000002"]
        {
            assert_eq!(found(&rows, text), None, "{text}");
        }
    }

    #[test]
    fn what_could_be_two_people_is_nobody() {
        let mut rows = Rows::default();
        rows.mentee("2026-07-14", "Rizki Ramadan", "+6281100000001");
        rows.mentee("2026-07-14", "Rizka Ramadan", "+6281100000002");
        rows.mentee("2026-07-14", "Rizki Pratama", "+6281100000001");
        assert_eq!(found(&rows, "Rizku Ramadan"), None, "one letter from both");
        assert_eq!(found(&rows, "Rizki"), None, "two have the nickname");
        assert_eq!(found(&rows, "081100000001"), None, "brothers share the phone");
        assert_eq!(
            found(&rows, "Rizki Ramadan").as_deref(),
            Some("Rizki Ramadan"),
            "an exact name comes before"
        );
    }

    #[test]
    fn a_leap_day_child_is_of_age_on_the_first_of_march() {
        assert_eq!(eighteenth_birthday(day("2008-02-29")), day("2026-03-01"));
        assert_eq!(
            (
                full_years(day("2008-02-29"), day("2026-02-28")),
                full_years(day("2008-02-29"), day("2026-03-01"))
            ),
            (17, 18)
        );
    }

    prop_compose! {
        fn registrations()(list in prop::collection::vec(("[ab]{1,2} [ab]{4,6}", 0..4_u8, 0..3_u8), 0..10)) -> Rows {
            let mut rows = Rows::default();
            for (name, phone, born) in list {
                let answers = json!({"full_name": name, "nickname": &name[..1], "phone": format!("+628110000000{phone}"),
                    "birth_date": format!("2010-01-0{}", born + 1)});
                rows.add("mentee_registration", "2026-07-14", answers);
            }
            rows
        }
    }

    proptest! {
        /// The fast merge gives the transitive closure of the two rules, compared pair by pair.
        #[test]
        fn merging_is_the_closure_of_the_rules(rows in registrations()) {
            let text = |i: usize, key| rows.0[i].answers.text(key).unwrap();
            let same = |i, j| {
                let (a, b) = (normal_name(text(i, "full_name")), normal_name(text(j, "full_name")));
                text(i, "phone") == text(j, "phone") && strsim::levenshtein(&a, &b) <= 2
                    || a == b && text(i, "birth_date") == text(j, "birth_date")
            };
            let mut label: Vec<usize> = (0..rows.0.len()).collect();
            for _ in 0..rows.0.len() {
                for (i, j) in (0..label.len()).flat_map(|i| (0..i).map(move |j| (i, j))) {
                    if same(i, j) {
                        let least = label[i].min(label[j]);
                        (label[i], label[j]) = (least, least);
                    }
                }
            }
            let mut codes: Vec<usize> = label.iter().map(|i| i + 1).collect();
            codes.sort_unstable();
            codes.dedup();
            let merged: Vec<String> = merged_people(&rows).into_iter().map(|(code, _)| code).collect();
            prop_assert_eq!(merged, codes.iter().map(|code| format!("A{code}")).collect::<Vec<_>>());
        }

        /// Looking up by signatures finds the same as comparing with everybody (asserted inside
        /// `found`).
        #[test]
        fn finding_by_signature_is_finding_by_comparison(rows in registrations(), text in "[ab]{1,2} [ab]{4,6}") {
            found(&rows, &text);
        }
    }
}
