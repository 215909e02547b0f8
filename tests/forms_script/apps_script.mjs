// Runs a script that was made for Apps Script with stand-ins for Google's services, as often as told, and prints what it
// made and logged. Usage: apps_script.mjs SCRIPT RUNS [STOP_AFTER]: the first run is stopped after so many questions.
import { readFileSync } from 'node:fs';
import vm from 'node:vm';

const [file, runs, stopAfter] = process.argv.slice(2);
const forms = new Map();
const sheets = [{ id: 0, name: 'Sheet1' }];
const properties = new Map();
const log = [];
let questions = 0;
let limit = Number(stopAfter ?? Infinity);

// Every method that is not known throws, as it would at Google.
const strict = (name, methods) => new Proxy(methods, {
  get(target, key) {
    if (key in target || typeof key === 'symbol') return target[key];
    throw new TypeError(`${name} has no ${key}`);
  },
});

function item(type) {
  const made = { type };
  if (++questions > limit) throw new Error('Exceeded maximum execution time');
  const set = (key) => (...values) => { made[key] = values.length === 1 ? values[0] : values; return self; };
  const methods = {
    made, setTitle: set('title'), setHelpText: set('help'), setRequired: set('required'), setValidation: set('validation'),
    getTitle: () => made.title,
  };
  if (['choice', 'list', 'boxes'].includes(type)) methods.setChoiceValues = set('choices');
  if (type === 'scale') Object.assign(methods, { setBounds: set('bounds'), setLabels: set('labels') });
  if (type === 'text') {
    methods.asTextItem = () => self;
    methods.createResponse = (text) => ({ title: made.title, text });
  }
  if (type === 'date' || type === 'scale' || type === 'choice' || type === 'list') delete methods.setValidation;
  const self = strict(`an item (${type})`, methods);
  return self;
}

function form(title) {
  const id = `form-${forms.size + 1}`;
  const made = { id, title, items: [] };
  const add = (type) => () => { const one = item(type); made.items.push(one); return one; };
  const set = (key) => (value) => { made[key] = value; return self; };
  const self = strict('a form', {
    made, getId: () => id, getPublishedUrl: () => `https://docs.google.com/forms/d/e/${id}/viewform`,
    setTitle: set('title'), setDescription: set('intro'), setConfirmationMessage: set('thanks'),
    setAllowResponseEdits: set('edits'),
    getItems: (type) => made.items.filter((one) => !type || one.made.type === type),
    deleteItem: (one) => { made.items.splice(made.items.indexOf(one), 1); },
    addTextItem: add('text'), addParagraphTextItem: add('paragraph'), addMultipleChoiceItem: add('choice'),
    addListItem: add('list'), addCheckboxItem: add('boxes'), addScaleItem: add('scale'), addDateItem: add('date'),
    setDestination: (kind, book) => {
      made.destination = [kind, book];
      sheets.push({ id: 1000 + sheets.length, name: `Form Responses ${sheets.length}`, form: id });
    },
    createResponse: () => {
      const answers = [];
      const response = strict('a response', {
        withItemResponse: (answer) => { answers.push(answer); return response; },
        toPrefilledUrl: () => `https://docs.google.com/forms/d/e/${id}/viewform?usp=pp_url&entry.1=${encodeURIComponent(answers[0].text)}`,
      });
      return response;
    },
  });
  forms.set(id, self);
  return self;
}

const rule = (made = {}) => {
  const set = (key) => (...values) => { made[key] = values; return self; };
  const self = strict('a validation', {
    build: () => made, setHelpText: () => self, requireSelectAtMost: set('most'), requireTextMatchesPattern: set('pattern'),
    requireNumber: set('number'), requireNumberBetween: set('between'), requireNumberGreaterThanOrEqualTo: set('least'),
    requireNumberLessThanOrEqualTo: set('greatest'),
  });
  return self;
};
const sheet = (one) => strict('a sheet', {
  getSheetId: () => one.id, getName: () => one.name, setName: (name) => { one.name = name; },
});
const settings = {};
const book = strict('a spreadsheet', {
  getId: () => 'book-1', getSheets: () => sheets.map(sheet),
  setSpreadsheetTimeZone: (zone) => { settings.zone = zone; }, setSpreadsheetLocale: (locale) => { settings.locale = locale; },
});
const store = strict('properties', {
  getProperty: (key) => properties.get(key) ?? null, setProperty: (key, value) => { properties.set(key, value); },
});
const services = {
  console: { log: (text) => log.push(text) },
  FormApp: strict('FormApp', {
    create: form, openById: (id) => forms.get(id), createCheckboxValidation: () => rule(), createTextValidation: () => rule(),
    DestinationType: { SPREADSHEET: 'spreadsheet' }, ItemType: { TEXT: 'text' },
  }),
  SpreadsheetApp: strict('SpreadsheetApp', {
    openById: () => book, getActiveSpreadsheet: () => book, create: () => book, flush: () => {},
  }),
  PropertiesService: { getScriptProperties: () => store },
};

for (let run = 0; run < Number(runs); run++) {
  const context = vm.createContext({ ...services });
  try {
    vm.runInContext(readFileSync(file, 'utf8') + '\nmakeForms();', context);
  } catch (error) {
    if (!String(error).includes('maximum execution time')) throw error;
    limit = Infinity;
  }
}
const made = [...forms.values()].map(({ made }) => ({ ...made, items: made.items.map((one) => one.made) }));
process.stdout.write(JSON.stringify({ forms: made, sheets, settings, log }));
