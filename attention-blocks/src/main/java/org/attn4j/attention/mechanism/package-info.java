/** The mechanisms, one file each. */
package org.attn4j.attention.mechanism;
