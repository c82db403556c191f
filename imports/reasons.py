"""Why a row or a file was not taken as it came, in words a manager understands, with what to do about it."""

from enum import StrEnum


class Reason(StrEnum):
    """Every code an import can report: of a row, of a whole file, and warnings."""

    PHONE_MISSING = "phone_missing"
    PHONE_INVALID = "phone_invalid"
    PHONE_TRUNCATED = "phone_truncated"
    CELL_ERROR = "cell_error"
    FORMULA_NO_VALUE = "formula_no_value"
    DUPLICATE_IN_FILE = "duplicate_in_file"
    DIFFERENT_NAME = "different_name"
    NAME_TOO_LONG = "name_too_long"
    TEST_LEAD = "test_lead"
    NUMBER_ERASED = "number_erased"

    FILE_EMPTY = "file_empty"
    NO_PHONE_COLUMN = "no_phone_column"
    NO_HEADER = "no_header"
    PASSWORD_PROTECTED = "password_protected"
    UNREADABLE_FILE = "unreadable_file"
    UNSUPPORTED_TYPE = "unsupported_type"
    TOO_LARGE_UNCOMPRESSED = "too_large_uncompressed"
    TOO_MANY_ROWS = "too_many_rows"
    TIMED_OUT = "timed_out"
    XML_ENTITIES_FORBIDDEN = "xml_entities_forbidden"
    CSV_UNBALANCED_QUOTE = "csv_unbalanced_quote"
    ENCODING_UNKNOWN = "encoding_unknown"

    DATE_INVALID = "date_invalid"
    DATE_ORDER_MDY_INFERRED = "date_order_mdy_inferred"
    ROW_HIDDEN_IN_FILE = "row_hidden_in_file"
    MERGED_CELLS = "merged_cells"
    EXTRA_PHONE = "extra_phone"
    KEPT_HAND_EDIT = "kept_hand_edit"
    NUMBER_LOOKS_FAKE = "number_looks_fake"
    CHARACTER_UNREADABLE = "character_unreadable"
    SOURCE_LIMIT = "source_limit"
    TEXT_CUT = "text_cut"


ROW_REASONS = (
    Reason.PHONE_MISSING,
    Reason.PHONE_INVALID,
    Reason.PHONE_TRUNCATED,
    Reason.CELL_ERROR,
    Reason.FORMULA_NO_VALUE,
    Reason.DUPLICATE_IN_FILE,
    Reason.DIFFERENT_NAME,
    Reason.NAME_TOO_LONG,
    Reason.TEST_LEAD,
    Reason.NUMBER_ERASED,
)

# What it is about, if known, follows each sentence's «»; without it the words in «» fall away.
_SENTENCES: dict[Reason, str] = {
    Reason.PHONE_MISSING: "There is no phone number in this row. Add one and upload the row again.",
    Reason.PHONE_INVALID: (
        "The phone number« “{}”» is not one that can be called. Check its digits and upload the row again."
    ),
    Reason.PHONE_TRUNCATED: (
        "The spreadsheet program has cut off digits of this phone number«: “{}”». Format the column as a whole number, "
        "or get the file anew, and upload it again."
    ),
    Reason.CELL_ERROR: "The cell shows an error« (“{}”)» in place of a value. Mend its formula or type the value.",
    Reason.FORMULA_NO_VALUE: (
        "The cell« {}» holds a formula that was never worked out. Open the file in Excel, save it and upload it again."
    ),
    Reason.DUPLICATE_IN_FILE: "The same phone number stands further up in this file«, in {}». The first row was taken.",
    Reason.DIFFERENT_NAME: (
        "This number belongs to a customer with another name«: {}». Nothing was changed. If it is somebody else, "
        "add the row as another person at this number."
    ),
    Reason.NAME_TOO_LONG: "The name is longer than 200 characters. Shorten it and upload the row again.",
    Reason.TEST_LEAD: "This is a test lead, an example or a hint, no person. There is nothing to do.",
    Reason.NUMBER_ERASED: (
        "This number belongs to somebody whose data was erased, so the row was kept out. "
        "If she has enquired anew, let the number in again (Team › Erased numbers) and upload the row once more."
    ),
    Reason.FILE_EMPTY: "There are no rows in this file. Check that you chose the right one, and upload it again.",
    Reason.NO_PHONE_COLUMN: (
        "No column holds phone numbers«. The columns found are: {}». Say which one does, or add one."
    ),
    Reason.NO_HEADER: (
        "The first rows do not say what the columns hold. Add a row with Name, Phone Number, Area, Date, Remark."
    ),
    Reason.PASSWORD_PROTECTED: (
        "This file is protected with a password. Take it off in Excel (File › Info › Protect Workbook) and upload it "
        "again."
    ),
    Reason.UNREADABLE_FILE: "This file is damaged« ({})». Open it in Excel, save it as .xlsx and upload it again.",
    Reason.UNSUPPORTED_TYPE: (
        "This is not a spreadsheet that can be read«, but {}». Open it in Excel, save it as “Excel Workbook (.xlsx)” "
        "and upload that file."
    ),
    Reason.TOO_LARGE_UNCOMPRESSED: (
        "This file unpacks to far more than its size« ({})», as no list of leads does. Copy the rows into a new "
        "workbook and upload that."
    ),
    Reason.TOO_MANY_ROWS: "This file has more rows than can be read at once«: {}». Split it and upload the parts.",
    Reason.TIMED_OUT: "Reading this file took too long« ({})». Copy the rows into a new workbook and upload that.",
    Reason.XML_ENTITIES_FORBIDDEN: (
        "This file has parts that do not belong in a spreadsheet and could do harm. Copy the rows into a new workbook "
        "and upload that."
    ),
    Reason.CSV_UNBALANCED_QUOTE: (
        "A quotation mark« in {}» is opened and never closed, so the rest of the file cannot be told apart. "
        "Remove it, or save the file as .xlsx, and upload it again."
    ),
    Reason.ENCODING_UNKNOWN: (
        "The letters in this file cannot be told for sure«: {}». Save it as “CSV UTF-8” or as .xlsx and upload that, "
        "or upload it again and say under “More choices” which letters they are."
    ),
    Reason.DATE_INVALID: "The date« “{}”» could not be read. It was left empty and the text kept with the customer.",
    Reason.DATE_ORDER_MDY_INFERRED: (
        "Some dates here have the month first«, such as “{}”», so all of this column were read month first."
    ),
    Reason.ROW_HIDDEN_IN_FILE: "This row is hidden in the file, perhaps by a filter. It was taken like the others.",
    Reason.MERGED_CELLS: "Cells are merged in this sheet« ({})». The value counts for every row they cover.",
    Reason.EXTRA_PHONE: (
        "The cell holds several phone numbers«: “{}”». The first is the contact number, the others are kept."
    ),
    Reason.KEPT_HAND_EDIT: "The file says something else« ({})» than a person typed here. What was typed is kept.",
    Reason.NUMBER_LOOKS_FAKE: "The phone number« “{}”» can be called, but looks made up. Check it with the next call.",
    Reason.CHARACTER_UNREADABLE: (
        "Some letters« in “{}”» were lost before the file came here. Compare with the original and correct them."
    ),
    Reason.SOURCE_LIMIT: (
        "The file brings more new sources or courses than can be added at once«: “{}”». The text is kept with the "
        "customer."
    ),
    Reason.TEXT_CUT: "The text« in {}» is too long for its field. It was cut; all of it is kept with the customer.",
}


def message(code: str, detail: str = "") -> str:
    """The sentence for a code, with what it is about if that is known. An unknown code raises ValueError."""
    before, opened, rest = _SENTENCES[Reason(code)].partition("«")
    inside, _, after = rest.partition("»")
    if opened and detail:
        return before + inside.replace("{}", str(detail)) + after
    return before + after
