/** Verbs that train: train, demo, average, configs. */
package org.attn4j.cli.training;
