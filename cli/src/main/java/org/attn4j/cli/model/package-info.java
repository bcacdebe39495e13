/** Verbs that use a model: embed, classify, generate, translate, evaluate and the like. */
package org.attn4j.cli.model;
