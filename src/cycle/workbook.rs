//! Reads the spreadsheet: which tabs are where, those of the forms and those of ours.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::{CycleError, figures, scene, standing, suggestions};
use crate::config::TabName;
use crate::edge::google::{Google, GoogleError, Overview};
use crate::ledger::standing::NoSeason;
use crate::ledger::state::{LedgerHead, State};
use crate::memory::Memory;
use crate::setting::Setting;
use crate::table::plan::sheet_id;
use crate::table::tab::{ReadTab, TabInfo};
use crate::views::tabs;

/// The spreadsheet as it was read.
pub struct Workbook {
    /// The form tabs, by form.
    pub forms: BTreeMap<String, ReadTab>,
    /// Forms whose tab is not there, with the tab's name.
    pub missing: Vec<(String, String)>,
    /// Our tabs.
    pub ours: Vec<ReadTab>,
    /// The view of each of our tabs, by sheetId.
    pub views: BTreeMap<i64, String>,
    /// All tabs, if they had to be asked for.
    pub tabs: Vec<TabInfo>,
}

/// Reads every form tab and every tab of ours: one request if the ledger knows where they are, else
/// a look round first.
pub async fn read_workbook(
    setting: &Setting,
    google: &Google,
    memory: &Memory,
    today: NaiveDate,
) -> Result<Workbook, CycleError> {
    let id = &setting.config.spreadsheet_id;
    if let Some(forms) = known_form_tabs(setting, &memory.state) {
        let views = views_by_sheet_id(setting, today)?;
        match google.read(id, &unique(forms.values().chain(views.keys()))).await {
            Ok(read) => return Ok(sort_out(read, forms, Vec::new(), views, Vec::new())),
            // Somebody deleted a tab, or one of ours was never made.
            Err(GoogleError::NoSuchGrid { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let overview = google.overview(id).await?;
    let (forms, missing) = find_form_tabs(setting, &memory.state, &overview);
    // Old tabs of ours are read too: what people wrote in them goes into the new ones.
    let views = overview.tabs.iter().filter_map(|tab| Some((tab.sheet_id, tab.view.clone()?)));
    let views: BTreeMap<i64, String> = views.collect();
    let ids = unique(forms.values().chain(views.keys()));
    let read = if ids.is_empty() { Vec::new() } else { google.read(id, &ids).await? };
    Ok(sort_out(read, forms, missing, views, overview.tabs))
}

/// The same sheetIds in order, each once.
fn unique<'i>(ids: impl Iterator<Item = &'i i64>) -> Vec<i64> {
    ids.copied().collect::<BTreeSet<_>>().into_iter().collect()
}

/// The view of each of our tabs by the sheetId it has. Both follow from the layouts, and no layout
/// depends on what the ledger holds: so an empty program has the same ones.
pub fn views_by_sheet_id(
    setting: &Setting,
    today: NaiveDate,
) -> Result<BTreeMap<i64, String>, NoSeason> {
    let state = State::default();
    let standing = standing(setting, &state, today)?;
    let (figures, suggestions) =
        (figures(setting, &state, &standing), suggestions(setting, &state, &standing));
    let head = LedgerHead::default();
    let tabs = tabs(&scene(setting, &state, &head, &standing, &figures, &suggestions));
    Ok(tabs.into_iter().map(|tab| (sheet_id(&tab.layout), tab.layout.view)).collect())
}

/// The sheetId of every configured form's tab, if all are known without asking.
fn known_form_tabs(setting: &Setting, state: &State) -> Option<BTreeMap<String, i64>> {
    let tab_of = |(form, name): (&String, &TabName)| {
        let remembered =
            state.tabs.get(form.as_str()).filter(|tab| tab.configured == name.to_string());
        Some((form.clone(), remembered?.tab))
    };
    setting.config.forms.iter().map(tab_of).collect()
}

/// The sheetId of every configured form's tab, by what the spreadsheet has; and the forms whose tab
/// is not there.
fn find_form_tabs(
    setting: &Setting,
    state: &State,
    overview: &Overview,
) -> (BTreeMap<String, i64>, Vec<(String, String)>) {
    let (mut found, mut missing) = (BTreeMap::new(), Vec::new());
    for (form, name) in &setting.config.forms {
        let remembered =
            state.tabs.get(form.as_str()).filter(|tab| tab.configured == name.to_string());
        let by_id =
            |id: i64| overview.tabs.iter().find(|tab| tab.sheet_id == id && tab.view.is_none());
        let tab = remembered.and_then(|tab| by_id(tab.tab)).or_else(|| match name {
            TabName::SheetId(id) => by_id(*id),
            TabName::Title(title) => {
                overview.tabs.iter().find(|tab| tab.title == *title && tab.view.is_none())
            }
        });
        match tab {
            Some(tab) => {
                found.insert(form.clone(), tab.sheet_id);
            }
            None => missing.push((form.clone(), name.to_string())),
        }
    }
    (found, missing)
}

/// Sorts the tabs that were read into those of forms and those of ours.
fn sort_out(
    read: Vec<ReadTab>,
    form_ids: BTreeMap<String, i64>,
    missing: Vec<(String, String)>,
    views: BTreeMap<i64, String>,
    tabs: Vec<TabInfo>,
) -> Workbook {
    let mut by_id: BTreeMap<i64, ReadTab> =
        read.into_iter().map(|tab| (tab.sheet_id, tab)).collect();
    let ours = views.keys().filter_map(|id| by_id.remove(id)).collect();
    let forms =
        form_ids.into_iter().filter_map(|(form, id)| Some((form, by_id.remove(&id)?))).collect();
    Workbook { forms, missing, ours, views, tabs }
}
