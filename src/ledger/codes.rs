//! Closed sets of codes that answers hold and the program decides by. What a code means to people
//! stands in the forms.

/// A closed set of codes.
pub trait Code: Copy + 'static {
    /// All of them.
    const ALL: &'static [Self];

    /// The code as it stands in answers.
    fn code(self) -> &'static str;

    /// What a code stands for; none if it is not of the set.
    fn of(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|one| one.code() == code)
    }
}

/// Defines an enum with one code for each variant, which is also how it is written (`Display`).
macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$note:meta])* $variant:ident = $code:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$note])* $variant,)+
        }

        impl $crate::ledger::codes::Code for $name {
            const ALL: &'static [Self] = &[$(Self::$variant),+];

            fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str($crate::ledger::codes::Code::code(*self))
            }
        }
    };
}

codes! {
    /// The gender of a person, and so of the groups in which he or she may be.
    Gender {
        /// A boy or a man.
        Male = "male",
        /// A girl or a woman.
        Female = "female",
    }
}

codes! {
    /// What a placement decision does. On one day and moment they apply in this order.
    PlacementAction {
        /// The group is closed.
        CloseGroup = "close_group",
        /// Members leave the group.
        Leave = "leave",
        /// A new group is formed with its first members.
        FormGroup = "form_group",
        /// Mentees join the group.
        Join = "join",
        /// Members of another group join this one.
        Move = "move",
    }
}

codes! {
    /// What became of a meeting.
    MeetingStatus {
        /// They met in one place.
        Held = "held",
        /// They met online.
        Online = "online",
        /// It was called off.
        Cancelled = "cancelled",
    }
}

codes! {
    /// How a mentor did in a step of the screening or training.
    StepResult {
        /// Passed.
        Passed = "passed",
        /// Passed on a condition that is still to be met.
        Conditional = "conditional",
        /// Not passed yet.
        NotYet = "not_yet",
        /// Did not come.
        Absent = "absent",
    }
}

codes! {
    /// How far a request for support has come.
    SupportStatus {
        /// Somebody is at it.
        Acknowledged = "acknowledged",
        /// Done.
        Resolved = "resolved",
        /// Not done, and it will not be.
        Declined = "declined",
    }
}

codes! {
    /// What a row of the finances records.
    FinanceKind {
        /// An expense of the budget.
        Plan = "plan",
        /// Money spent.
        Expense = "expense",
        /// Money received.
        Income = "income",
    }
}

codes! {
    /// Whether a document holds, in the order of the archive.
    DocumentStatus {
        /// Holds.
        InForce = "in_force",
        /// Does not hold yet.
        Draft = "draft",
        /// Another one holds in its place.
        Replaced = "replaced",
        /// Holds no more.
        Revoked = "revoked",
    }
}

codes! {
    /// How far it has come with a partner, in order.
    PartnerStage {
        /// Not asked yet.
        Prospect = "prospect",
        /// Written to or called.
        Contacted = "contacted",
        /// Met.
        Met = "met",
        /// Has promised something.
        Agreed = "agreed",
        /// Does what was promised.
        Delivering = "delivering",
        /// Is no partner any more.
        Stopped = "stopped",
    }
}

codes! {
    /// Whether a mentee who answers the feedback feels unsafe.
    Unsafe {
        /// No.
        None = "none",
        /// Yes, and wants to be spoken to.
        ContactMe = "contact_me",
        /// Yes, and only wants it to be known.
        NoteOnly = "note_only",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::forms::Forms;

    fn assert_codes_of<C: Code>(form: &str, question: &str) {
        let choices = Forms::built_in().unwrap().choice_codes();
        let of_form = &choices[&(form.to_owned(), question.to_owned())];
        let asked: BTreeSet<&str> = of_form.iter().map(String::as_str).collect();
        let known: BTreeSet<&str> = C::ALL.iter().map(|one| one.code()).collect();
        assert_eq!(asked, known, "{form}.{question}");
    }

    #[test]
    fn the_forms_ask_for_exactly_these_codes() {
        assert_codes_of::<Gender>("mentee_registration", "gender");
        assert_codes_of::<Gender>("mentor_application", "gender");
        assert_codes_of::<PlacementAction>("placement_decision", "action");
        assert_codes_of::<MeetingStatus>("meeting_report", "status");
        assert_codes_of::<StepResult>("mentor_training", "result");
        assert_codes_of::<SupportStatus>("support_follow_up", "status");
        assert_codes_of::<FinanceKind>("finance_record", "record_type");
        assert_codes_of::<DocumentStatus>("document_record", "status");
        assert_codes_of::<PartnerStage>("partner_contact", "stage");
        assert_codes_of::<Unsafe>("mentee_feedback", "unsafe");
    }
}
