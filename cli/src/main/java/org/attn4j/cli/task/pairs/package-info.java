/** Translation and summarization with published models, which learn pairs of texts. */
package org.attn4j.cli.task.pairs;
