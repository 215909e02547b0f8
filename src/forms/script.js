
/** Makes every form of FORMS that is not made yet, lets it answer into the spreadsheet, and logs what the configuration needs. */
function makeForms() {
  const book = spreadsheet();
  const made = PropertiesService.getScriptProperties();
  const lines = ['[workbook]', 'spreadsheet_id = ' + JSON.stringify(book.getId())];
  FORMS.forEach(function (definition) {
    const form = emptyForm(made, definition);
    if (form) {
      definition.questions.forEach(function (question) { ask(form, question); });
      const tab = tabOf(book, form, made, definition);
      made.setProperty(definition.key, JSON.stringify({ form: form.getId(), tab: tab, done: true }));
    }
    describe(made, definition, lines);
  });
  console.log(SAY.done + '\n\n' + lines.join('\n'));
}

/** The spreadsheet of the configuration; else the one that this script belongs to; else a new one. */
function spreadsheet() {
  const book = SPREADSHEET_ID ? SpreadsheetApp.openById(SPREADSHEET_ID)
    : SpreadsheetApp.getActiveSpreadsheet() || SpreadsheetApp.create(PROGRAM);
  book.setSpreadsheetTimeZone(TIME_ZONE);
  book.setSpreadsheetLocale(LOCALE);
  return book;
}

/** A form without questions; null if this form was made before. One that a run left half made is begun again. */
function emptyForm(made, definition) {
  const before = JSON.parse(made.getProperty(definition.key) || '{}');
  if (before.done) return null;
  const form = before.form ? FormApp.openById(before.form) : FormApp.create(definition.title);
  made.setProperty(definition.key, JSON.stringify({ form: form.getId() }));
  form.getItems().slice().forEach(function (item) { form.deleteItem(item); });
  form.setTitle(definition.title).setDescription(definition.intro)
    .setConfirmationMessage(SAY.thanks).setAllowResponseEdits(definition.may_be_edited);
  return form;
}

/** Adds a question. */
function ask(form, question) {
  const item = {
    paragraph: function () { return form.addParagraphTextItem(); },
    circles: function () { return form.addMultipleChoiceItem().setChoiceValues(question.choices); },
    list: function () { return form.addListItem().setChoiceValues(question.choices); },
    boxes: function () { return form.addCheckboxItem().setChoiceValues(question.choices); },
    scale: function () {
      return form.addScaleItem().setBounds(question.min, question.max).setLabels(question.ends[0], question.ends[1]);
    },
    date: function () { return form.addDateItem(); },
    text: function () { return form.addTextItem(); }
  }[question.control]();
  item.setTitle(question.title).setHelpText(question.help).setRequired(question.required);
  if (question.check) item.setValidation(validation(question));
}

/** What an answer must be. */
function validation(question) {
  const check = question.check;
  if (check.most_ticks) return FormApp.createCheckboxValidation().requireSelectAtMost(check.most_ticks).build();
  const text = FormApp.createTextValidation().setHelpText(question.help || question.title);
  if (check.pattern) return text.requireTextMatchesPattern(check.pattern).build();
  if (check.least !== undefined && check.greatest !== undefined) {
    return text.requireNumberBetween(check.least, check.greatest).build();
  }
  if (check.least !== undefined) return text.requireNumberGreaterThanOrEqualTo(check.least).build();
  if (check.greatest !== undefined) return text.requireNumberLessThanOrEqualTo(check.greatest).build();
  return text.requireNumber().build();
}

/** Lets the form answer into the spreadsheet; gives the id of the tab that Google makes for it, named as the form. */
function tabOf(book, form, made, definition) {
  const known = book.getSheets().map(function (sheet) { return sheet.getSheetId(); });
  form.setDestination(FormApp.DestinationType.SPREADSHEET, book.getId());
  SpreadsheetApp.flush();
  const fresh = SpreadsheetApp.openById(book.getId()).getSheets().filter(function (sheet) {
    return known.indexOf(sheet.getSheetId()) < 0;
  })[0];
  if (!fresh) throw new Error(SAY.no_tab + ' ' + definition.title);
  const taken = book.getSheets().map(function (sheet) { return sheet.getName(); });
  let name = definition.title;
  for (let number = 2; taken.indexOf(name) >= 0; number++) name = definition.title + ' ' + number;
  fresh.setName(name);
  return fresh.getSheetId();
}

/** What the configuration says of a form, and the address that people open. */
function describe(made, definition, lines) {
  const known = JSON.parse(made.getProperty(definition.key));
  const form = FormApp.openById(known.form);
  lines.push('', '# ' + definition.title + ': ' + form.getPublishedUrl(), '[forms.' + definition.key + ']', 'tab = ' + known.tab);
  const asksGroup = form.getItems(FormApp.ItemType.TEXT).filter(function (item) {
    return item.getTitle() === definition.group_question;
  })[0];
  if (definition.group_question && asksGroup) {
    const answer = asksGroup.asTextItem().createResponse('{group}');
    const link = form.createResponse().withItemResponse(answer).toPrefilledUrl();
    lines.push('link = ' + JSON.stringify(link.replace('%7Bgroup%7D', '{group}')));
  }
}
