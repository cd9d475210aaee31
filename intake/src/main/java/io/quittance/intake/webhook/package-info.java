/**
 * The door that opens outwards: signed messages to the clients' own addresses, by the Standard Webhooks scheme.
 *
 * <p>Start with {@link io.quittance.intake.webhook.WebhookDelivery}.
 */
@NullMarked
package io.quittance.intake.webhook;

import org.jspecify.annotations.NullMarked;
