/**
 * DistilBERT (Sanh et al. 2019, "DistilBERT, a distilled version of BERT: smaller, faster, cheaper
 * and lighter"): BERT's layers without token types and pooler.
 */
package org.attn4j.models.family.distilbert;
