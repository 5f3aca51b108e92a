// SPDX-License-Identifier: GPL-2.0-only
/*
 * Text to program, the way back of text.c. Any bytes may come: each line is cut into words, and
 * what is wrong is said of the word it is in.
 */
#include <stdarg.h>
#include <string.h>

#include "ops/facts.h"

#define WORD_MAX 160

struct word {
	char text[WORD_MAX]; /* ends with NUL; longer words are refused */
	unsigned column;
};

struct parser {
	struct prog *p;
	const char *at, *end; /* of the text that is left */
	const char *line_start;
	struct text_error *err;
	bool failed;
	unsigned line;
	bool cut;
};

__attribute__((format(printf, 3, 4))) static bool fail(struct parser *ps, unsigned column,
						       const char *format, ...)
{
	va_list args;

	if (ps->failed)
		return false;
	ps->failed = true;
	ps->err->line = ps->line;
	ps->err->column = column;
	va_start(args, format);
	vsnprintf(ps->err->what, sizeof(ps->err->what), format, args);
	va_end(args);
	return false;
}

/* Quotes a word in an error: "bad size '2X'". */
static bool fail_word(struct parser *ps, const struct word *w, const char *what)
{
	return fail(ps, w->column, "%s '%.40s'", what, w->text);
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static bool at_line_end(const struct parser *ps)
{
	return ps->at == ps->end || *ps->at == '\n' || *ps->at == '#';
}

/* The next word of the line; false if there is none or it cannot be one. */
static bool next_word(struct parser *ps, struct word *w)
{
	size_t n = 0;

	while (!at_line_end(ps) && is_space(*ps->at))
		ps->at++;
	w->column = ps->at - ps->line_start + 1;
	while (!at_line_end(ps) && !is_space(*ps->at)) {
		if (*ps->at < '!' || *ps->at > '~')
			return fail(ps, ps->at - ps->line_start + 1, "no printable character");
		if (n == WORD_MAX - 1)
			return fail(ps, w->column, "a word longer than %d characters",
				    WORD_MAX - 1);
		w->text[n++] = *ps->at++;
	}
	w->text[n] = 0;
	return n != 0;
}

static bool need_word(struct parser *ps, struct word *w, const char *what)
{
	return next_word(ps, w) || fail(ps, w->column, "%s is missing", what);
}

static void skip_line(struct parser *ps)
{
	while (ps->at < ps->end && *ps->at != '\n')
		ps->at++;
	if (ps->at < ps->end)
		ps->at++;
	ps->line_start = ps->at;
	ps->line++;
}

/* Readers of parts of a word: on success they move *s past what they read. */

static bool read_char(const char **s, char c)
{
	if (**s != c)
		return false;
	++*s;
	return true;
}

static bool read_string(const char **s, const char *string)
{
	size_t n = strlen(string);

	if (strncmp(*s, string, n))
		return false;
	*s += n;
	return true;
}

static bool read_number(const char **s, uint64_t max, uint64_t *value)
{
	const char *p = *s;

	for (*value = 0; *p >= '0' && *p <= '9'; p++) {
		unsigned digit = *p - '0';

		if (digit > max || *value > (max - digit) / 10)
			return false;
		*value = *value * 10 + digit;
	}
	if (p == *s)
		return false;
	*s = p;
	return true;
}

/* A size such as 2M; bytes have no letter. */
static bool read_size(const char **s, uint64_t *size)
{
	static const char letters[] = "KMGTPE";
	const char *p = *s, *letter;
	unsigned lg2 = 0;
	uint64_t n;

	if (!read_number(&p, 9999, &n))
		return false;
	letter = *p ? strchr(letters, *p) : NULL;
	if (letter) {
		lg2 = 10 * (letter - letters + 1);
		p++;
	}
	*size = n << lg2;
	if (*size >> lg2 != n)
		return false;
	*s = p;
	return true;
}

/* A size as a multiple, up to `max`, of the largest of the hardware's units that divides it. */
static bool split_size(enum hw_id hw, uint64_t size, unsigned max, unsigned *unit, uint64_t *count)
{
	const uint8_t *units = hw_facts(hw)->units;
	bool found = false;

	for (unsigned i = 0; i < 16; i++) {
		uint64_t n = size >> units[i];

		if (n << units[i] != size || !n || n > max || (found && units[i] < units[*unit]))
			continue;
		found = true;
		*unit = i;
		*count = n;
	}
	return found;
}

static bool read_unit(const char **s, enum hw_id hw, unsigned *unit)
{
	uint64_t size, count;

	return read_size(s, &size) && split_size(hw, size, 1, unit, &count);
}

/* `3*4K`, or 12K for short */
static bool read_multiple(const char **s, enum hw_id hw, unsigned max, unsigned *unit,
			  uint64_t *count)
{
	const char *p = *s;
	uint64_t size;

	if (read_number(&p, max, count) && read_char(&p, '*')) {
		*s = p;
		return read_unit(s, hw, unit);
	}
	return read_size(s, &size) && split_size(hw, size, max, unit, count);
}

/* `~3`, or nothing, which is 0 */
static bool read_alias(const char **s, unsigned max, unsigned *alias)
{
	uint64_t n = 0;

	if (read_char(s, '~') && (!read_number(s, max, &n) || !n))
		return false;
	*alias = n;
	return true;
}

/* `+3*4K`, `~2` or nothing */
static bool read_steps(const char **s, enum hw_id hw, unsigned *unit, uint8_t *byte)
{
	bool minus = **s == '-';
	unsigned alias;
	uint64_t n = 0;

	*unit = 0;
	if ((read_char(s, '-') || read_char(s, '+')) &&
	    !read_multiple(s, hw, minus ? 64 : 63, unit, &n))
		return false;
	if (!read_alias(s, 128, &alias) || (n && alias))
		return false;
	*byte = alias ? 63 + alias : minus ? -n : n;
	return true;
}

/* The longest of the names that `s` starts with. */
static bool read_name(const char **s, const char *const *names, unsigned n, unsigned *index)
{
	size_t longest = 0;

	for (unsigned i = 0; i < n; i++) {
		size_t len = strlen(names[i]);

		if (len > longest && !strncmp(*s, names[i], len)) {
			longest = len;
			*index = i;
		}
	}
	*s += longest;
	return longest != 0;
}

static bool parse_address(const char *s, enum hw_id hw, const char *const *bases, uint8_t arg[2])
{
	unsigned base, unit;

	if (!read_name(&s, bases, 16, &base) || !read_steps(&s, hw, &unit, &arg[1]))
		return false;
	arg[0] = base << 4 | unit;
	return !*s;
}

static bool parse_len_to(const char *s, enum hw_id hw, uint8_t arg[2])
{
	unsigned to, unit;

	if (!read_name(&s, len_to_names, 4, &to) || !read_steps(&s, hw, &unit, &arg[1]))
		return false;
	arg[0] = (to == 3 ? LEN_TO_WRAP : LEN_TO_LV1 + to) << 4 | unit;
	return !*s;
}

/* What follows a product: nothing, a granule or a byte more or less, or `*16`. */
static bool read_form(const char **s, enum hw_id hw, unsigned *form)
{
	bool minus = **s == '-';
	unsigned unit;

	*form = LEN_EXACT;
	if (read_string(s, "*16")) {
		*form = LEN_TIMES_16;
		return true;
	}
	if (!read_char(s, '-') && !read_char(s, '+'))
		return true;
	if (!strcmp(*s, "1")) {
		*form = minus ? LEN_LESS_BYTE : LEN_MORE_BYTE;
		++*s;
		return true;
	}
	*form = minus ? LEN_LESS_GRANULE : LEN_MORE_GRANULE;
	return read_unit(s, hw, &unit) && unit == 0;
}

static bool parse_len_exact(const char *s, enum hw_id hw, uint8_t arg[2])
{
	unsigned unit, form, alias;
	uint64_t size, count;

	if (!read_size(&s, &size) || !split_size(hw, size, 255, &unit, &count))
		return false;
	if (count == 1 && read_char(&s, '*') && !read_number(&s, 255, &count))
		return false;
	if (!read_form(&s, hw, &form) || !read_alias(&s, 6 * 128, &alias) || *s)
		return false;
	arg[0] = form << 4 | unit;
	arg[1] = count - 1;
	if (!alias)
		return true;
	if (form != LEN_EXACT || unit >= 8 || count < 1 || count > 4)
		return false;
	alias--;
	arg[0] = (LEN_SMALL + alias / 128) << 4 | (alias / 64 % 2) << 3 | unit;
	arg[1] = alias % 64 * 4 + (count - 1);
	return true;
}

static bool parse_half(const char *s, unsigned index, uint8_t *arg)
{
	unsigned alias;

	if (!read_alias(&s, 15, &alias))
		return false;
	*arg = alias << 4 | index;
	return !*s;
}

static bool parse_count(const char *s, struct op *op, uint8_t *arg)
{
	uint64_t count;

	if (!read_number(&s, UINT64_MAX, &count) || *s)
		return false;
	for (unsigned byte = 0; byte < 256; byte++) {
		*arg = byte;
		if (op_count(op) == count)
			return true;
	}
	return false;
}

static bool parse_arg(enum hw_id hw, enum arg_kind kind, const char *s, struct op *op, uint8_t *arg)
{
	unsigned index;
	uint64_t n;

	switch (kind) {
	case ARG_IOVA:
		return parse_address(s, hw, iova_base_names, arg);
	case ARG_OA:
		return parse_address(s, hw, oa_base_names, arg);
	case ARG_LEN:
		return parse_len_to(s, hw, arg) || parse_len_exact(s, hw, arg);
	case ARG_PGSIZE:
		return read_unit(&s, hw, &index) && parse_half(s, index, arg);
	case ARG_COUNT:
		return parse_count(s, op, arg);
	case ARG_NUM:
		return read_number(&s, 15, &n) && parse_half(s, n, arg);
	case ARG_CLASS:
		return read_name(&s, op_classes, CLASS_COUNT, &index) && parse_half(s, index, arg);
	default:
		if (!read_number(&s, 255, &n) || *s)
			return false;
		*arg = n;
		return true;
	}
}

static const char *const arg_names[ARG_KINDS] = {
	[ARG_IOVA] = "an IOVA",		[ARG_OA] = "an OA",
	[ARG_LEN] = "a length",		[ARG_PGSIZE] = "a page size",
	[ARG_COUNT] = "a page count",	[ARG_NUM] = "a number up to 15",
	[ARG_CLASS] = "an event class", [ARG_NTH] = "a number up to 255",
};

/* The slot of a row's alias; OP_SLOTS if it has no such. */
static unsigned slot_of(unsigned version, enum op_code code, unsigned alias)
{
	const uint8_t *row = op_layout(version);
	unsigned slot = 0;

	for (; slot < OP_SLOTS; slot++) {
		if (row[slot] == code && !alias--)
			break;
	}
	return slot;
}

static bool parse_name(struct parser *ps, const struct word *w, struct op *op)
{
	for (unsigned c = 0; c < OP_COUNT; c++) {
		const char *s = w->text;
		unsigned alias, slot;

		if (!read_string(&s, op_rows[c].name) || (*s && *s != '~'))
			continue;
		if (op_rows[c].since > prog_version(ps->p))
			return fail_word(ps, w, "this version has no operation");
		if (!read_alias(&s, OP_SLOTS, &alias) || *s)
			return fail_word(ps, w, "no alias");
		slot = slot_of(prog_version(ps->p), c, alias);
		if (slot == OP_SLOTS)
			return fail_word(ps, w, "no such alias");
		op->code = c;
		op->slot = slot;
		return true;
	}
	return fail_word(ps, w, "unknown operation");
}

static bool parse_mod(struct parser *ps, struct op *op)
{
	struct word w;

	if (!next_word(ps, &w))
		return !ps->failed;
	for (op->mod = 0; op->mod < 8; op->mod++) {
		if (!strcmp(op_rows[op->code].mods[op->mod], w.text))
			return true;
	}
	return fail_word(ps, &w, "unknown last word");
}

static bool parse_op(struct parser *ps, const struct word *name)
{
	struct prog *p = ps->p;
	struct op *op = &p->op[p->n];
	uint8_t *arg = op->arg;
	struct word w;

	if (p->n == PROG_MAX_OPS)
		return fail(ps, name->column, "more than %d operations", PROG_MAX_OPS);
	memset(op, 0, sizeof(*op));
	if (!parse_name(ps, name, op))
		return false;
	for (const uint8_t *kind = op_rows[op->code].arg; *kind != ARG_END; kind++) {
		if (!need_word(ps, &w, arg_names[*kind]))
			return false;
		if (!parse_arg(p->hw, *kind, w.text, op, arg))
			return fail(ps, w.column, "'%.40s' is not %s", w.text, arg_names[*kind]);
		arg += arg_bytes(*kind);
	}
	p->n++;
	return parse_mod(ps, op);
}

static bool parse_version(struct parser *ps)
{
	struct word w;
	const char *s = w.text;
	uint64_t n;

	if (!need_word(ps, &w, "a version"))
		return false;
	if (!read_number(&s, 255, &n) || *s)
		return fail_word(ps, &w, "no version");
	ps->p->header[0] = n;
	return true;
}

static bool parse_swarm(struct parser *ps)
{
	struct word w;
	const char *s = w.text;
	unsigned group;

	if (!need_word(ps, &w, "off="))
		return false;
	if (!read_string(&s, "off="))
		return fail_word(ps, &w, "not off=GROUP,..:");
	do {
		if (!read_name(&s, op_groups, OP_GROUPS, &group) || (*s && *s != ','))
			return fail_word(ps, &w, "no such group in");
		ps->p->header[1] |= 1u << group;
	} while (read_char(&s, ','));
	return true;
}

/* Every other field depends on the features being raw or not: they are read in order. */
static bool parse_config(struct parser *ps)
{
	struct word words[CONFIG_FIELDS];
	bool have[CONFIG_FIELDS] = {false};
	struct word w;

	while (next_word(ps, &w)) {
		const char *s = w.text;
		unsigned field;

		if (!read_name(&s, config_field_names, CONFIG_FIELDS, &field) ||
		    !read_char(&s, '='))
			return fail_word(ps, &w, "no configuration field");
		if (have[field])
			return fail_word(ps, &w, "given twice:");
		have[field] = true;
		words[field] = w;
	}
	for (unsigned i = 0; i < CONFIG_FIELDS && !ps->failed; i++) {
		const char *value;

		if (!have[i])
			continue;
		value = strchr(words[i].text, '=') + 1;
		if (!config_field_parse(ps->p, i, value))
			return fail_word(ps, &words[i], "this hardware has no choice");
	}
	return !ps->failed;
}

/* Bytes the input lacked: they read as zero, so they must be zero here. */
static bool parse_cut(struct parser *ps)
{
	struct prog *p = ps->p;
	uint8_t last[1 + OP_MAX_BYTES];
	const uint8_t *bytes = p->header;
	size_t size = PROG_HEADER, least = 0;
	struct word w;
	const char *s = w.text;
	uint64_t n;

	if (!need_word(ps, &w, "a number of bytes"))
		return false;
	if (p->n) {
		size = op_encode(&p->op[p->n - 1], last);
		bytes = last;
		least = 1;
	}
	if (!read_number(&s, size - least, &n) || *s)
		return fail_word(ps, &w, "cannot cut");
	for (size_t i = size - n; i < size; i++) {
		if (bytes[i])
			return fail(ps, w.column, "the bytes cut are not zero");
	}
	p->cut = n;
	ps->cut = true;
	return true;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool parse_tail(struct parser *ps)
{
	struct prog *p = ps->p;
	size_t room = PROG_MAX_SIZE - prog_size(p);
	struct word w;

	if (!need_word(ps, &w, "hexadecimal bytes"))
		return false;
	if (p->n < PROG_MAX_OPS)
		return fail(ps, w.column, "a tail follows %d operations only", PROG_MAX_OPS);
	for (const char *s = w.text; *s; s += 2) {
		int high = hex_digit(s[0]), low = high < 0 ? -1 : hex_digit(s[1]);

		if (low < 0)
			return fail_word(ps, &w, "no pairs of hexadecimal digits");
		if (!room--)
			return fail(ps, w.column, "more than %d bytes", PROG_MAX_SIZE);
		p->tail[p->tail_len++] = high << 4 | low;
	}
	return true;
}

struct keyword {
	const char *name;
	bool first; /* comes before the operations */
	bool (*parse)(struct parser *ps);
};

static const struct keyword keywords[] = {
	{"version", true, parse_version}, {"config", true, parse_config},
	{"swarm", true, parse_swarm},	  {"cut", false, parse_cut},
	{"tail", false, parse_tail},
};

static bool parse_line(struct parser *ps)
{
	const struct keyword *k = NULL;
	struct word w;

	if (!next_word(ps, &w))
		return !ps->failed;
	for (size_t i = 0; i < sizeof(keywords) / sizeof(*keywords); i++) {
		if (!strcmp(w.text, keywords[i].name))
			k = &keywords[i];
	}
	if (ps->cut)
		return fail_word(ps, &w, "nothing follows a cut, not even");
	if (ps->p->tail_len && (!k || k->parse != parse_tail))
		return fail_word(ps, &w, "nothing follows a tail, not even");
	if (k && k->first && ps->p->n)
		return fail_word(ps, &w, "operations come after");
	if (!(k ? k->parse(ps) : parse_op(ps, &w)))
		return false;
	return !next_word(ps, &w) ? !ps->failed : fail_word(ps, &w, "one word too many:");
}

bool prog_parse(struct prog *p, enum hw_id hw, const char *text, size_t len, struct text_error *err)
{
	struct parser ps = {
		.p = p, .at = text, .end = text + len, .line_start = text, .err = err, .line = 1};

	prog_decode(p, hw, NULL, 0);
	p->cut = 0;
	while (ps.at < ps.end) {
		if (!parse_line(&ps))
			return false;
		skip_line(&ps);
	}
	return true;
}
