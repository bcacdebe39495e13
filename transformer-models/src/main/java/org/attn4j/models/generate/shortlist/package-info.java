/**
 * Vocabulary shortlists: which target tokens can translate a source, by a lexical table, so that a
 * decoder computes the scores of these alone.
 */
package org.attn4j.models.generate.shortlist;
