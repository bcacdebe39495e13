/**
 * Tasks of an encoder with a head: classes of texts, classes of words, and answers to questions.
 */
package org.attn4j.cli.task.encoder;
