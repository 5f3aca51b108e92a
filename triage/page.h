/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A report as HTML or as Markdown. page.c has what both are made of, tree.c draws page tables.
 *
 * The HTML is one file: style, script and drawings are in it, and its policy lets it load nothing.
 */
#ifndef TRIAGE_PAGE_H
#define TRIAGE_PAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct page {
	FILE *f;
	const char *path;
	bool html;
	unsigned copies; /* texts with a copy button so far */
};

/* Markdown if the path ends in .md. Dies if the file cannot be written. */
void page_begin(struct page *p, const char *path, const char *title);
void page_end(struct page *p);

void page_heading(struct page *p, unsigned n, const char *text);
void page_part(struct page *p, const char *text);
void page_text(struct page *p, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A table of three columns; a link leads to the n-th heading. */
void page_table_begin(struct page *p, const char *a, const char *b, const char *c);
void page_table_row(struct page *p, const char *a, const char *b, const char *c);
void page_table_link(struct page *p, unsigned n, const char *a, const char *b, const char *c);
void page_table_end(struct page *p);

/* Two parts side by side where there is room. */
enum page_columns { COLUMNS_BEGIN, COLUMNS_NEXT, COLUMNS_END };
void page_columns(struct page *p, enum page_columns at);

/* A listing of a replayer; lines it marks stand out. */
void page_listing(struct page *p, const char *text);
/*
 * A page table as a replayer prints it. `at_fault`: the entry of *iova is the one at fault, or if
 * iova is NULL or has none, those of the operation are.
 */
void page_tree(struct page *p, const char *text, bool at_fault, const uint64_t *iova);
/* The lines of the same text that tell what is cached. */
void page_caches(struct page *p, const char *text);
/* Text with a button that copies it. */
void page_copied(struct page *p, const char *text, const char *language);

/* n characters, so that HTML shows them as they are. */
void put_html(FILE *f, const char *text, size_t n);

/* tree.c */
void tree_svg(FILE *f, const char *text, bool at_fault, const uint64_t *iova);

#endif
