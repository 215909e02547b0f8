//! Meetings and their attendance, from the meeting reports (statistics.md section 3).

use chrono::NaiveDate;

use super::codes::MeetingStatus;
use super::groups::{GroupIndex, Groups, group_key};
use super::index::IndexVec;
use super::names::{NameId, Names};
use super::people::{MenteeIndex, Mentees};
use super::record::Record;
use super::references::{References, Referent, UnknownAttendee};
use super::weeks::Window;

/// The number of days after a meeting within which its report is on time.
const ON_TIME_DAYS: i64 = 3;

/// One meeting of a group, held or cancelled.
#[derive(Debug, Clone)]
pub struct Meeting<'a> {
    /// The group that met.
    pub group: GroupIndex,
    /// The day of the meeting.
    pub date: NaiveDate,
    /// The latest report about the meeting.
    pub record: &'a Record,
    /// Whether the meeting was held, in one place or online.
    pub held: bool,
    /// Whether one of its reports was on time.
    pub on_time: bool,
    /// The attendance; `None` if the meeting was not held, or its report does not say who was
    /// present.
    pub attendance: Option<Attendance>,
}

impl Meeting<'_> {
    /// Returns whether the meeting was held online.
    pub fn online(&self) -> bool {
        self.record.answers.code("status") == Some(MeetingStatus::Online)
    }

    /// Returns whether a mentee was present.
    pub fn was_present(&self, mentee: MenteeIndex) -> bool {
        self.attendance.as_ref().is_some_and(|attendance| attendance.present.contains(&mentee))
    }
}

/// The attendance of a meeting.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attendance {
    /// The members of the group on the day.
    pub roster: Vec<MenteeIndex>,
    /// The members who were present, each once.
    pub present: Vec<MenteeIndex>,
    /// The members who were excused and not present, each once.
    pub excused: Vec<MenteeIndex>,
}

impl Attendance {
    /// Returns whether a member was neither present nor excused.
    pub fn was_absent(&self, mentee: MenteeIndex) -> bool {
        self.roster.contains(&mentee)
            && !self.present.contains(&mentee)
            && !self.excused.contains(&mentee)
    }

    /// Returns the number of members who were neither present nor excused.
    pub fn absent(&self) -> usize {
        self.roster.len() - self.present.len() - self.excused.len()
    }
}

/// All meetings of known groups, in order of date and group.
#[derive(Debug, Clone, Default)]
pub struct Meetings<'a> {
    all: Vec<Meeting<'a>>,
    of_group: IndexVec<GroupIndex, Vec<usize>>,
}

impl<'a> Meetings<'a> {
    pub(super) fn held_by(
        reports: &[&'a Record],
        names: &mut Names<'a>,
        mentees: &Mentees<'a>,
        groups: &Groups<'a>,
        references: &mut References<'a>,
    ) -> Self {
        let mut keyed: Vec<(NameId, NaiveDate, &'a Record)> = reports
            .iter()
            .map(|record| (group_key(record, names), record.event_date, *record))
            .collect();
        // The sort is stable, so the reports of one meeting stay in order of submission.
        keyed.sort_by_key(|(name, date, _)| (*name, *date));
        let mut all = Vec::with_capacity(keyed.len());
        for reports in keyed.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            all.extend(meeting(reports, names, mentees, groups, references));
        }
        all.sort_by_key(|meeting: &Meeting<'_>| (meeting.date, meeting.group));
        let mut of_group = groups.map(|_| Vec::new());
        for (index, meeting) in all.iter().enumerate() {
            of_group[meeting.group].push(index);
        }
        Self { all, of_group }
    }

    /// Returns all meetings, held or not.
    pub fn all(&self) -> &[Meeting<'a>] {
        &self.all
    }

    /// Returns the meetings in a range of days, held or not.
    pub fn within(&self, window: Window) -> &[Meeting<'a>] {
        let from = self.all.partition_point(|meeting| meeting.date < window.from);
        let to = self.all.partition_point(|meeting| meeting.date <= window.to);
        &self.all[from..to.max(from)]
    }

    /// Returns the meetings of a group, held or not, by date.
    pub fn of(&self, group: GroupIndex) -> impl DoubleEndedIterator<Item = &Meeting<'a>> {
        self.of_group[group].iter().map(|index| &self.all[*index])
    }

    /// Returns the held meetings of a group, by date.
    pub fn held(&self, group: GroupIndex) -> impl DoubleEndedIterator<Item = &Meeting<'a>> {
        self.of(group).filter(|meeting| meeting.held)
    }
}

/// Returns the meeting of several reports with the same group name and date; the last report
/// counts.
fn meeting<'a>(
    reports: &[(NameId, NaiveDate, &'a Record)],
    names: &mut Names<'a>,
    mentees: &Mentees<'a>,
    groups: &Groups<'a>,
    references: &mut References<'a>,
) -> Option<Meeting<'a>> {
    let ((name, date, record), earlier) = reports.split_last()?;
    references.duplicate_reports.extend(earlier.iter().map(|(_, _, record)| *record));
    let Some(group) = groups.open_named(names.normal(*name), *date) else {
        references.miss(
            Referent::Group,
            record,
            "group",
            record.answers.text("group").unwrap_or_default(),
        );
        return None;
    };
    let held =
        matches!(record.answers.code("status"), Some(MeetingStatus::Held | MeetingStatus::Online));
    let on_time = reports.iter().any(|(_, _, report)| {
        report.has_timestamp && (report.submitted_on() - *date).num_days() <= ON_TIME_DAYS
    });
    let counted = held && !record.answers.list("present").is_empty();
    let attendance = counted.then(|| {
        attendance(record, groups.members_at(group, *date).collect(), names, mentees, references)
    });
    Some(Meeting { group, date: *date, record, held, on_time, attendance })
}

fn attendance<'a>(
    record: &'a Record,
    roster: Vec<MenteeIndex>,
    names: &mut Names<'a>,
    mentees: &Mentees<'a>,
    references: &mut References<'a>,
) -> Attendance {
    let mut listed = |question: &'static str| {
        let mut found = Vec::new();
        for reference in record.answers.list(question) {
            let name = names.intern(reference);
            match mentees.find_among(&roster, names, reference, name) {
                Some(mentee) if !found.contains(&mentee) => found.push(mentee),
                Some(_) => {}
                None => references.unknown_attendees.push(UnknownAttendee {
                    record,
                    question,
                    reference,
                }),
            }
        }
        found
    };
    let present = listed("present");
    let mut excused = listed("excused");
    excused.retain(|mentee| !present.contains(mentee));
    Attendance { roster, present, excused }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::records::Records;
    use super::super::samples::{Rows, day, nth, program};
    use super::super::standing::Standing;

    fn group_of_three() -> Rows {
        let mut rows = Rows::default();
        rows.mentee("2026-07-14", "Ahmad Fauzi", "+6281100000001");
        rows.mentee("2026-07-14", "Budi Santoso", "+6281100000002");
        rows.mentee("2026-07-14", "Citra Lestari", "+6281100000003");
        rows.mentee("2026-07-14", "Dewi Anggraini", "+6281100000004");
        rows.mentor("2026-07-14", "Umar Hadi", "+6281200000001");
        rows.place("2026-07-20", "form_group", "Al Fatih", &["Ahmad", "Budi", "Citra"]);
        rows
    }

    #[test]
    fn attendance_counts_each_of_the_roster_once_and_presence_before_excuse() {
        let mut rows = group_of_three();
        rows.add(
            "meeting_report",
            "2026-07-25",
            json!({"group": "al fatih", "date": "2026-07-24", "status": "online",
            "present": ["Ahmad Fauzi", "ahmad", "Dewi"], "excused": ["Ahmad", "Budi Santosa"]}),
        );
        let (records, program) = (Records::new(&rows.0), program());
        let standing = Standing::at(&records, &program, day("2026-08-01"), None).unwrap();
        let meeting = &standing.meetings.all()[0];
        let attendance = meeting.attendance.as_ref().unwrap();
        assert!(meeting.held && meeting.online() && meeting.on_time && meeting.was_present(nth(0)));
        assert_eq!(
            (&attendance.present[..], &attendance.excused[..], attendance.absent()),
            (&[nth(0)][..], &[nth(1)][..], 1)
        );
        assert!(
            attendance.was_absent(nth(2)) && !attendance.was_absent(nth(3)),
            "one outside the group is not missed"
        );
        let unknown = standing.references.unknown_attendees[0];
        assert_eq!(
            (unknown.question, unknown.reference, unknown.record.seq),
            ("present", "Dewi", 7)
        );
    }

    #[test]
    fn the_latest_of_two_reports_counts_and_the_earlier_is_a_duplicate() {
        let mut rows = group_of_three();
        let report = |status| json!({"group": "Al Fatih", "date": "2026-07-24", "status": status});
        rows.add("meeting_report", "2026-07-30", report("held"));
        rows.add("meeting_report", "2026-07-25", report("cancelled"));
        let (records, program) = (Records::new(&rows.0), program());
        let standing = Standing::at(&records, &program, day("2026-08-01"), None).unwrap();
        let meeting = &standing.meetings.all()[0];
        assert!(meeting.held && meeting.on_time, "the earlier report came in time");
        assert_eq!(meeting.attendance, None, "nobody wrote down who was present");
        assert_eq!(
            standing
                .references
                .duplicate_reports
                .iter()
                .map(|record| record.seq)
                .collect::<Vec<_>>(),
            [8]
        );
    }

    #[test]
    fn a_meeting_of_no_open_group_is_used_nowhere() {
        let mut rows = group_of_three();
        rows.met("2026-07-19", "Al Fatih", &["Ahmad"]).met("2026-07-24", "Al Kahfi", &["Ahmad"]);
        let (records, program) = (Records::new(&rows.0), program());
        let standing = Standing::at(&records, &program, day("2026-08-01"), None).unwrap();
        assert!(standing.meetings.all().is_empty());
        let unmatched: Vec<_> =
            standing.references.unmatched.iter().map(|u| (u.question, u.reference)).collect();
        assert_eq!(unmatched, [("group", "Al Fatih"), ("group", "Al Kahfi")]);
    }
}
