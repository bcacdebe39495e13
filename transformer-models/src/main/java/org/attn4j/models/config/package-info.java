/**
 * How configurations are read, strictly: a setting that nobody reads is refused by name, and one at
 * a value that is not supported too.
 */
package org.attn4j.models.config;
