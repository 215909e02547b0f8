//! Closed sets of codes that answers hold and that the program's decisions depend on. The forms have
//! the words for people.

/// A closed set of codes.
pub trait Code: Copy + 'static {
    /// All codes, in order of declaration.
    const ALL: &'static [Self];

    /// Returns the code as answers hold it.
    fn code(self) -> &'static str;

    /// Returns the value for a code; `None` if the set does not have it.
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
    /// The result of a planned meeting.
    MeetingStatus {
        /// The meeting was held in one place.
        Held = "held",
        /// The meeting was held online.
        Online = "online",
        /// The meeting was cancelled.
        Cancelled = "cancelled",
    }
}

codes! {
    /// The result of a step of a mentor's screening or training.
    StepResult {
        /// The mentor passed the step.
        Passed = "passed",
        /// The mentor passed on a condition that is not met yet.
        Conditional = "conditional",
        /// The mentor has not passed the step yet.
        NotYet = "not_yet",
        /// The mentor did not come.
        Absent = "absent",
    }
}

codes! {
    /// How far a request for support has come.
    SupportStatus {
        /// Somebody works on the request.
        Acknowledged = "acknowledged",
        /// The request was fulfilled.
        Resolved = "resolved",
        /// The request will not be fulfilled.
        Declined = "declined",
    }
}

codes! {
    /// The kind of a row of the finances.
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
    /// The validity of a document, in the order of the archive.
    DocumentStatus {
        /// The document is valid.
        InForce = "in_force",
        /// The document is not valid yet.
        Draft = "draft",
        /// Another document replaced it.
        Replaced = "replaced",
        /// The document is not valid any more.
        Revoked = "revoked",
    }
}

codes! {
    /// The stage of the work with a partner, in order.
    PartnerStage {
        /// The partner was not asked yet.
        Prospect = "prospect",
        /// The partner was written to or called.
        Contacted = "contacted",
        /// There was a meeting with the partner.
        Met = "met",
        /// The partner promised something.
        Agreed = "agreed",
        /// The partner does what was promised.
        Delivering = "delivering",
        /// The partnership ended.
        Stopped = "stopped",
    }
}

codes! {
    /// Whether a mentee who answers the feedback feels unsafe.
    Unsafe {
        /// The mentee does not feel unsafe.
        None = "none",
        /// The mentee feels unsafe and wants to be spoken to.
        ContactMe = "contact_me",
        /// The mentee feels unsafe and only wants it to be known.
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
