-- Made from the migrations by `npm run generate`.
-- 0001-main-line
create table "alert" ("alert_ref" text not null, "dedupe_key" text not null, "fingerprint" text not null, "signature" text not null, "service" text not null, "env" text not null, "kind" text not null, "severity" text not null, "severity_rank" integer not null, "title" text not null, "message" text, "source" text not null, "status" text not null, "occurrences" bigint not null, "first_seen_at" bigint not null, "last_seen_at" bigint not null, "started_at" bigint not null, "ends_at" bigint, "ended_at" bigint, "dedupe_ttl_ms" bigint, "labels" text, "annotations" text, "metrics" text, "evidence" text, "component" text, "owner" text, "lease_token" text, "processing_lock_until" bigint, "attempts" integer not null, "retry_at" bigint, "last_error" text, "rose_since_claim" integer not null, "announced" integer not null, "incident_id" text, "silenced_by" text, "created_at" bigint not null, "updated_at" bigint not null, constraint "alert_key" primary key ("alert_ref"), constraint "alert_status" check ("status" in ('new', 'processing', 'acked', 'failed', 'dead')));
create unique index "alert_live" on "alert" ("dedupe_key") where ended_at is null;
create index "alert_waiting" on "alert" ("severity_rank", "alert_ref") where status = 'new';
create index "alert_lease" on "alert" ("lease_token") where lease_token is not null;
create index "alert_leased" on "alert" ("processing_lock_until") where status = 'processing';
create index "alert_retry" on "alert" ("retry_at") where status = 'failed';
create index "alert_dead" on "alert" ("alert_ref") where status = 'dead';
create index "alert_lapse" on "alert" ("ends_at") where ended_at is null and ends_at is not null;
create index "alert_incident" on "alert" ("incident_id", "ended_at") where incident_id is not null;
create index "alert_unbounded" on "alert" ("source") where ended_at is null and ends_at is null and dedupe_ttl_ms is null;
create index "alert_component" on "alert" ("component") where component is not null and ended_at is null;
create index "alert_healed" on "alert" ("ended_at") where announced = 1 and incident_id is null and ended_at is not null;
create table "alert_event" ("alert_ref" text not null, "event_id" text not null, "at" bigint not null, "actor" text not null, "from_status" text, "to_status" text not null, "reason" text not null, "note" text, "request_id" text, constraint "alert_event_key" primary key ("alert_ref", "event_id")) ;
create table "alert_decision" ("alert_ref" text not null, "reason" text not null, "rule" text, "occurrences" bigint not null, "first_at" bigint not null, "last_at" bigint not null, constraint "alert_decision_key" primary key ("alert_ref", "reason")) ;
create table "alert_source" ("source" text not null, "last_seen_at" bigint not null, constraint "alert_source_key" primary key ("source"));
create table "incident" ("incident_id" text not null, "number" bigint not null, "title" text not null, "service" text not null, "env" text not null, "severity" text not null, "severity_cap" text, "status" text not null, "signature" text not null, "components" text not null, "summary" text, "owner" text, "started_at" bigint not null, "last_alert_at" bigint not null, "resolved_at" bigint, "closed_at" bigint, "acknowledged_at" bigint, "acknowledged_by" text, "superseded_by" text, "created_at" bigint not null, "updated_at" bigint not null, constraint "incident_key" primary key ("incident_id"), constraint "incident_number" unique ("number"), constraint "incident_status" check ("status" in ('open', 'mitigating', 'resolved', 'closed')));
create index "incident_open" on "incident" ("service", "env") where status in ('open', 'mitigating');
create index "incident_unfinished" on "incident" ("incident_id") where status in ('open', 'mitigating');
create table "incident_signature" ("signature" text not null, "env" text not null, "incident_id" text not null, "created_at" bigint not null, "ended_at" bigint, constraint "incident_signature_key" primary key ("signature", "env", "incident_id"), constraint "incident_signature_incident" foreign key ("incident_id") references "incident" ("incident_id"));
create unique index "incident_signature_open" on "incident_signature" ("signature", "env") where ended_at is null;
create index "incident_signature_incident_id" on "incident_signature" ("incident_id", "created_at");
create table "incident_event" ("incident_id" text not null, "event_id" text not null, "at" bigint not null, "last_at" bigint not null, "occurrences" bigint not null, "type" text not null, "actor" text not null, "message" text not null, "meta" text, constraint "incident_event_key" primary key ("incident_id", "event_id"), constraint "incident_event_incident" foreign key ("incident_id") references "incident" ("incident_id")) ;
create table "incident_artifact" ("artifact_id" text not null, "incident_id" text not null, "name" text not null, "content_type" text not null, "content" text not null, "body_bytes" bigint not null, "created_at" bigint not null, constraint "incident_artifact_key" primary key ("artifact_id"), constraint "incident_artifact_incident" foreign key ("incident_id") references "incident" ("incident_id"));
create index "incident_artifact_incident_id" on "incident_artifact" ("incident_id");
create table "triage" ("triage_id" text not null, "incident_id" text not null, "alert_ref" text not null, "signature" text not null, "env" text not null, "status" text not null, "attempts" integer not null, "lease_token" text, "locked_until" bigint, "error" text, "created_at" bigint not null, "finished_at" bigint, constraint "triage_key" primary key ("triage_id"), constraint "triage_incident" foreign key ("incident_id") references "incident" ("incident_id"), constraint "triage_status" check ("status" in ('pending', 'done', 'failed')));
create index "triage_pending" on "triage" ("triage_id") where status = 'pending';
create index "triage_incident_id" on "triage" ("incident_id");
create table "signature_state" ("signature" text not null, "env" text not null, "last_triage_at" bigint, "last_alert_at" bigint not null, constraint "signature_state_key" primary key ("signature", "env"));
create table "signature_minute" ("signature" text not null, "env" text not null, "minute_at" bigint not null, "occurrences" bigint not null, "triages" bigint not null, constraint "signature_minute_key" primary key ("signature", "env", "minute_at")) ;
create table "service_lock" ("service" text not null, "env" text not null, constraint "service_lock_key" primary key ("service", "env"));
create table "check_state" ("component" text not null, "check_name" text not null, "status" text not null, "reason" text, "detail" text, "since" bigint not null, "checked_at" bigint not null, "latency_ms" integer, "consecutive_failures" bigint not null, "consecutive_downs" bigint not null, "consecutive_successes" bigint not null, "consecutive_not_downs" bigint not null, "last_good" text, constraint "check_state_key" primary key ("component", "check_name"), constraint "check_state_status" check ("status" in ('ok', 'degraded', 'down', 'unknown')));
create table "component_status" ("component" text not null, "status" text not null, "reason" text, "since" bigint not null, "checked_at" bigint not null, constraint "component_status_key" primary key ("component"), constraint "component_status_status" check ("status" in ('ok', 'degraded', 'down', 'unknown')));
create table "component_change" ("component" text not null, "change_id" text not null, "at" bigint not null, "from_status" text, "to_status" text not null, "reason" text, constraint "component_change_key" primary key ("component", "change_id")) ;
create table "notification" ("notification_id" text not null, "idempotency_key" text not null, "channel" text not null, "route" text, "event" text not null, "thread" text not null, "incident_id" text, "alert_ref" text, "severity" text not null, "payload" text not null, "status" text not null, "attempts" integer not null, "next_attempt_at" bigint not null, "lease_token" text, "locked_until" bigint, "error" text, "provider_message_id" text, "created_at" bigint not null, "sent_at" bigint, constraint "notification_key" primary key ("notification_id"), constraint "notification_idempotency_key" unique ("idempotency_key"), constraint "notification_status" check ("status" in ('pending', 'sending', 'delivered', 'failed', 'dead', 'skipped_dry_run', 'skipped_unconfigured', 'superseded')));
create index "notification_due" on "notification" ("channel", "next_attempt_at", "notification_id") where status = 'pending';
create index "notification_leased" on "notification" ("locked_until") where status = 'sending';
create index "notification_order" on "notification" ("channel", "thread", "notification_id") where status in ('pending', 'sending');
create index "notification_thread" on "notification" ("thread", "event");
create index "notification_incident" on "notification" ("incident_id", "notification_id") where incident_id is not null;
create index "notification_troubled" on "notification" ("status", "notification_id") where status in ('failed', 'dead');
create table "channel_memory" ("channel" text not null, "key" text not null, "value" text not null, "updated_at" bigint not null, constraint "channel_memory_key" primary key ("channel", "key"));
create table "token" ("token_id" text not null, "name" text not null, "role" text not null, "kind" text not null, "hash" text not null, "created_at" bigint not null, "expires_at" bigint, "revoked_at" bigint, constraint "token_key" primary key ("token_id"), constraint "token_hash" unique ("hash"), constraint "token_kind" check ("kind" in ('api', 'session', 'signin')));
create table "counter" ("name" text not null, "value" bigint not null, constraint "counter_key" primary key ("name"));
create table "lease" ("name" text not null, "holder" text not null, "token" text not null, "until_at" bigint not null, constraint "lease_key" primary key ("name"));
create view alerts as select alert_ref, dedupe_key, fingerprint, signature, service, env, kind, severity, title, message, source, status, occurrences, labels, annotations, metrics, evidence, component, owner, attempts, last_error, incident_id, silenced_by, to_timestamp(first_seen_at / 1000.0) as first_seen_at, to_timestamp(last_seen_at / 1000.0) as last_seen_at, to_timestamp(started_at / 1000.0) as started_at, to_timestamp(ends_at / 1000.0) as ends_at, to_timestamp(ended_at / 1000.0) as ended_at, to_timestamp(processing_lock_until / 1000.0) as processing_lock_until, to_timestamp(retry_at / 1000.0) as retry_at, to_timestamp(created_at / 1000.0) as created_at, to_timestamp(updated_at / 1000.0) as updated_at from alert;
create view incidents as select incident_id, number, title, service, env, severity, status, signature, components, summary, owner, acknowledged_by, superseded_by, to_timestamp(started_at / 1000.0) as started_at, to_timestamp(last_alert_at / 1000.0) as last_alert_at, to_timestamp(resolved_at / 1000.0) as resolved_at, to_timestamp(closed_at / 1000.0) as closed_at, to_timestamp(acknowledged_at / 1000.0) as acknowledged_at, to_timestamp(created_at / 1000.0) as created_at, to_timestamp(updated_at / 1000.0) as updated_at from incident;
create view incident_events as select incident_id, event_id, type, actor, message, meta, occurrences, to_timestamp(at / 1000.0) as at, to_timestamp(last_at / 1000.0) as last_at from incident_event;
create view incident_signature_state as select signature, env, to_timestamp(last_triage_at / 1000.0) as last_triage_at, to_timestamp(last_alert_at / 1000.0) as last_alert_at, (select cast(coalesce(sum(minute.triages), 0) as bigint) from signature_minute as minute
    where minute.signature = signature_state.signature and minute.env = signature_state.env
    and minute.minute_at >= cast(extract(epoch from now()) * 1000 as bigint) - 86400000) as triage_count_24h, (select cast(coalesce(sum(minute.occurrences), 0) as bigint) from signature_minute as minute
    where minute.signature = signature_state.signature and minute.env = signature_state.env
    and minute.minute_at >= cast(extract(epoch from now()) * 1000 as bigint) - 3600000) as occurrences_60m from signature_state;
create view notifications as select notification_id, idempotency_key, channel, route, event, incident_id, alert_ref, severity, status, attempts, error, provider_message_id, to_timestamp(next_attempt_at / 1000.0) as next_attempt_at, to_timestamp(created_at / 1000.0) as created_at, to_timestamp(sent_at / 1000.0) as sent_at from notification;
create view component_statuses as select component, status, reason, to_timestamp(since / 1000.0) as since, to_timestamp(checked_at / 1000.0) as checked_at from component_status;
-- 0002-request-of-alert
alter table "alert" add column "request_id" text;
-- 0003-silences
create table "silence" ("silence_id" text not null, "matchers" text not null, "starts_at" bigint not null, "ends_at" bigint not null, "comment" text, "created_by" text not null, "created_at" bigint not null, "expired_by" text, constraint "silence_key" primary key ("silence_id"));
create index "silence_end" on "silence" ("ends_at");
create index "alert_silenced" on "alert" ("silenced_by", "alert_ref") where silenced_by is not null and ended_at is null;
create view silences as select silence_id, matchers, comment, created_by, expired_by, to_timestamp(starts_at / 1000.0) as starts_at, to_timestamp(ends_at / 1000.0) as ends_at, to_timestamp(created_at / 1000.0) as created_at from silence;
-- 0004-incident-decisions
create table "incident_decision" ("incident_id" text not null, "reason" text not null, "rule" text, "occurrences" bigint not null, "first_at" bigint not null, "last_at" bigint not null, constraint "incident_decision_key" primary key ("incident_id", "reason")) ;
-- 0005-incident-actions
create table "incident_followup" ("followup_id" text not null, "incident_id" text not null, "title" text not null, "owner" text, "priority" text not null, "due_at" bigint, "status" text not null, "links" text, "created_by" text not null, "created_at" bigint not null, "updated_at" bigint not null, constraint "incident_followup_key" primary key ("followup_id"), constraint "incident_followup_incident" foreign key ("incident_id") references "incident" ("incident_id"), constraint "incident_followup_status" check ("status" in ('open', 'done', 'cancelled')));
create index "incident_followup_incident_id" on "incident_followup" ("incident_id", "followup_id");
create index "incident_followup_open" on "incident_followup" ("followup_id") where status = 'open';
create table "incident_update" ("incident_id" text not null, "update_id" text not null, "at" bigint not null, "status" text not null, "message" text not null, "actor" text not null, constraint "incident_update_key" primary key ("incident_id", "update_id"), constraint "incident_update_incident" foreign key ("incident_id") references "incident" ("incident_id")) ;
create table "incident_link" ("incident_id" text not null, "other_id" text not null, "relation" text not null, "created_at" bigint not null, constraint "incident_link_key" primary key ("incident_id", "other_id"), constraint "incident_link_incident" foreign key ("incident_id") references "incident" ("incident_id"), constraint "incident_link_other" foreign key ("other_id") references "incident" ("incident_id"), constraint "incident_link_relation" check ("relation" in ('related', 'merged'))) ;
alter table "incident" add column "severity_set_at" bigint;
alter table "incident" add column "candidate_at" bigint;
-- 0006-due-signatures
alter table "signature_minute" add column "due_ref" text;
create index "signature_minute_due" on "signature_minute" ("signature", "env", "minute_at") where due_ref is not null;
-- 0007-deployments
create table "deployment" ("deployment_id" text not null, "given_id" text, "kind" text not null, "service" text not null, "env" text not null, "version" text not null, "at" bigint not null, "deployed_by" text not null, "link" text, "notes" text, "created_at" bigint not null, constraint "deployment_key" primary key ("deployment_id"), constraint "deployment_given_id" unique ("given_id"), constraint "deployment_kind" check ("kind" in ('deployment', 'config_reload')));
create index "deployment_at" on "deployment" ("at", "deployment_id");
create index "deployment_service" on "deployment" ("service", "at", "deployment_id");
create view deployments as select deployment_id, given_id, kind, service, env, version, deployed_by, link, notes, to_timestamp(at / 1000.0) as at, to_timestamp(created_at / 1000.0) as created_at from deployment;
-- 0008-triage-summaries
create table "triage_summary" ("triage_id" text not null, "incident_id" text not null, "status" text not null, "report" text, "attempts" integer not null, "lease_token" text, "locked_until" bigint, "error" text, "created_at" bigint not null, "finished_at" bigint, constraint "triage_summary_key" primary key ("triage_id"), constraint "triage_summary_incident" foreign key ("incident_id") references "incident" ("incident_id"), constraint "triage_summary_status" check ("status" in ('pending', 'done', 'failed')));
create index "triage_summary_pending" on "triage_summary" ("triage_id") where status = 'pending';
-- 0009-no-index-of-leases
drop index "alert_lease";
-- 0010-webhook-receipts
create table "webhook_receipt" ("webhook" text not null, "delivery_key" text not null, "body_hash" text not null, "answers" text not null, "received_at" bigint not null, constraint "webhook_receipt_key" primary key ("webhook", "delivery_key"));
create index "webhook_receipt_received" on "webhook_receipt" ("received_at");
-- 0012-filtered-lists
create index "alert_of_service" on "alert" ("service", "alert_ref");
create index "alert_ended" on "alert" ("ended_at") where ended_at is not null;
create index "alert_of_env" on "alert" ("env", "alert_ref") where env <> 'prod';
create index "alert_of_component" on "alert" ("component", "alert_ref") where component is not null;
create index "alert_worst" on "alert" ("alert_ref") where severity = 'P0';
-- 0013-runs
create table "run" ("run_id" text not null, "parent_run_id" text, "kind" text not null, "profile" text, "task" text, "source" text not null, "status" text not null, "trigger_payload" text, "request_id" text, "repo" text, "pr_number" integer, "service" text, "scheduled_for" bigint, "created_at" bigint not null, "started_at" bigint, "finished_at" bigint, "duration_ms" bigint, "exit_code" integer, "signal" text, "attempts" integer not null, "error" text, "tail" text, "artifacts_dir" text, "host" text, "revision" text, "sync_failures" integer, "holder" text, "lease_token" text, "locked_until" bigint, "cancel_requested_at" bigint, "cancel_requested_by" text, constraint "run_key" primary key ("run_id"), constraint "run_kind" check ("kind" in ('profile', 'task', 'external')), constraint "run_source" check ("source" in ('cron', 'manual', 'webhook', 'api', 'alert')), constraint "run_status" check ("status" in ('queued', 'running', 'succeeded', 'failed', 'timed_out', 'cancelled', 'skipped_locked')));
create unique index "run_tick" on "run" ("profile", "scheduled_for") where scheduled_for is not null and parent_run_id is null;
create index "run_of_parent" on "run" ("parent_run_id", "run_id") where parent_run_id is not null;
create index "run_top" on "run" ("run_id") where parent_run_id is null;
create index "run_of_profile" on "run" ("profile", "run_id") where parent_run_id is null;
create index "run_succeeded" on "run" ("profile", "run_id") where parent_run_id is null and status = 'succeeded';
create index "run_unusual" on "run" ("status", "run_id") where parent_run_id is null and status <> 'succeeded';
create index "run_of_source" on "run" ("source", "run_id") where parent_run_id is null and source <> 'cron';
create index "run_of_repo" on "run" ("repo", "run_id") where repo is not null;
create index "run_failed_for" on "run" ("service", "run_id") where service is not null and status in ('failed', 'timed_out');
create table "profile_lock" ("profile" text not null, "run_id" text not null, "holder" text not null, "token" text not null, "since" bigint not null, "locked_until" bigint not null, constraint "profile_lock_key" primary key ("profile"));
create table "profile_digest" ("profile" text not null, "failing" text not null, "told_at" bigint not null, "run_id" text not null, constraint "profile_digest_key" primary key ("profile"));
create view runs as select run_id, parent_run_id, kind, profile, task, source, status, trigger_payload, request_id, repo, pr_number, service, duration_ms, exit_code, signal, attempts, error, tail, artifacts_dir, host, revision, holder, cancel_requested_by, to_timestamp(scheduled_for / 1000.0) as scheduled_for, to_timestamp(created_at / 1000.0) as created_at, to_timestamp(started_at / 1000.0) as started_at, to_timestamp(finished_at / 1000.0) as finished_at, to_timestamp(cancel_requested_at / 1000.0) as cancel_requested_at from run;
-- 0014-monitor-state
create table "monitor_state" ("namespace" text not null, "key" text not null, "value" text not null, "updated_at" bigint not null, constraint "monitor_state_key" primary key ("namespace", "key")) ;
-- 0015-alert-hours
create table "alert_hour" ("dimension" text not null, "value" text not null, "hour_at" bigint not null, "alerts" bigint not null, constraint "alert_hour_key" primary key ("dimension", "value", "hour_at")) ;
-- 0016-run-metrics
create table "run_metric" ("id" text not null, "run_id" text not null, "metric_name" text not null, "recorded_at" bigint not null, "metric_value" double precision not null, constraint "run_metric_key" primary key ("id"), constraint "run_metric_run" foreign key ("run_id") references "run" ("run_id") on delete cascade);
create index "run_metric_of_run" on "run_metric" ("run_id", "id");
create index "run_metric_of_name" on "run_metric" ("metric_name", "recorded_at");
create index "run_metric_by_time" on "run_metric" ("recorded_at");
create table "run_metric_batch" ("run_id" text not null, "batch_id" text not null, constraint "run_metric_batch_key" primary key ("run_id", "batch_id"), constraint "run_metric_batch_run" foreign key ("run_id") references "run" ("run_id") on delete cascade) ;
create view run_metrics as select id, run_id, metric_name, metric_value, to_timestamp(recorded_at / 1000.0) as recorded_at from run_metric;
-- 0017-run-triggers
alter table "run" add column "trigger_key" text;
create unique index "run_trigger" on "run" ("profile", "trigger_key") where trigger_key is not null and parent_run_id is null;
-- 0018-fence
create table "fence" ("name" text not null, "epoch" bigint not null, "state" text not null, "changed_by" text not null, "changed_at" bigint not null, constraint "fence_key" primary key ("name"), constraint "fence_state" check ("state" in ('open', 'closing', 'closed')));
-- 0019-alert-blocks
create table "alert_block" ("from_ref" text not null, "to_ref" text not null, "p0" bigint not null, "p1" bigint not null, "p2" bigint not null, "p3" bigint not null, "info" bigint not null, "ended" bigint not null, "due_at" bigint not null, constraint "alert_block_key" primary key ("from_ref")) ;
create table "alert_note" ("dimension" text not null, "value" text not null, "from_ref" text not null, "first_ref" text not null, "last_ref" text not null, "looks" bigint not null, constraint "alert_note_key" primary key ("dimension", "value", "from_ref")) ;
create index "alert_note_of_block" on "alert_note" ("from_ref");
create index "alert_event_raised" on "alert_event" ("at") where reason in ('severity_raised', 'escalated');
-- 0020-shorter-live-keys
-- 0021-climbing
alter table "incident" add column "reopened_at" bigint;
alter table "incident" add column "climbed_ms" bigint default 0 not null;
create index "incident_climbing" on "incident" ("climbed_ms") where status = 'open' and acknowledged_at is null;
-- 0022-repeats
alter table "notification" add column "repeat_from" bigint;
create index "notification_repeat" on "notification" ("route", "channel", "repeat_from") where repeat_from is not null;
-- 0023-inhibitors
create table "inhibitor" ("inhibition_key" text not null, "alert_ref" text not null, constraint "inhibitor_key" primary key ("inhibition_key", "alert_ref")) ;
-- 0024-told-by
alter table "component_status" add column "told_by" text;
create index "component_told_by" on "component_status" ("told_by") where told_by is not null;
-- 0025-recent-results
alter table "check_state" add column "recent" text;
-- 0026-check-history
create table "check_history" ("resolution" text not null, "component" text not null, "check_name" text not null, "at" bigint not null, "ok_count" bigint not null, "degraded_count" bigint not null, "down_count" bigint not null, "unknown_count" bigint not null, "latency_sum_ms" bigint not null, "latency_max_ms" bigint not null, constraint "check_history_key" primary key ("resolution", "component", "check_name", "at"), constraint "check_history_resolution" check ("resolution" in ('minute', 'hour', 'day'))) ;
create table "component_maintenance" ("component" text not null, "from_at" bigint not null, "until_at" bigint not null, constraint "component_maintenance_key" primary key ("component", "from_at")) ;
create index "component_change_at" on "component_change" ("component", "at", "change_id", "from_status", "to_status");
-- 0027-claims-in-place
drop index "alert_waiting";
drop index "alert_leased";
drop index "alert_retry";
drop index "alert_dead";
alter table alert set (fillfactor = 80);
alter table alert add column queue text generated always as
    (case when status in ('new', 'processing') then 'open' when status <> 'acked' then status end) stored;
create index "alert_waiting" on "alert" ("severity_rank", "alert_ref") where queue = 'open';
create index "alert_retry" on "alert" ("retry_at") where queue = 'failed';
create index "alert_dead" on "alert" ("alert_ref") where queue = 'dead';
analyze alert;
