//! Closed sets of codes that answers hold and the program decides by. What a code means to people
//! stands in the forms.

/// A closed set of codes.
pub trait Code: Copy + 'static {
    /// All of them, in the order of the forms.
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
pub(super) use codes;

codes! {
    /// The gender of a person, and so of the groups in which he or she may be.
    Gender {
        /// A boy or a man.
        Male = "male",
        /// A girl or a woman.
        Female = "female",
    }
}
