/** The verb compare: mechanisms trained alike, each in a process of its own. */
package org.attn4j.cli.compare;
