/** Verbs about models, engines and mechanisms: inspect, convert, fetch, doctor and the like. */
package org.attn4j.cli.tools;
