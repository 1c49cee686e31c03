-- Accounts: people who log in, their sessions, API tokens of programs, and the audit log.

set local lock_timeout = '5s';

-- A labeller labels drawings of others. An operator also manages people, tokens, exports and models.
-- `password_hash` is a PHC string of argon2id; null until the person accepts an invitation.
create table users (
    id uuid primary key,
    name text not null,
    role text not null,
    password_hash text,
    is_disabled boolean not null default false,
    created_at timestamptz not null default now(),
    constraint users_name_check check (char_length(name) between 1 and 64),
    constraint users_role_check check (role in ('labeller', 'operator'))
);
-- Names differ in more than case.
create unique index users_name_key on users (lower(name));

-- A code with which a person sets a password, once. The database holds its SHA-256 only.
create table invitations (
    code_hash bytea primary key,
    user_id uuid not null references users (id) on delete cascade,
    expires_at timestamptz not null,
    constraint invitations_code_hash_check check (octet_length(code_hash) = 32)
);
create index invitations_user_id_idx on invitations (user_id);

-- A browser in which a person has logged in. `id` names the session on pages; the cookie holds a token, of which the
-- database holds the SHA-256. `used_at` is at most a minute old while the browser sends requests.
create table sessions (
    id uuid primary key,
    token_hash bytea not null unique,
    user_id uuid not null references users (id) on delete cascade,
    created_at timestamptz not null default now(),
    used_at timestamptz not null default now(),
    constraint sessions_token_hash_check check (octet_length(token_hash) = 32)
);
create index sessions_user_id_idx on sessions (user_id);

-- A credential of a program, made by a person. Drawings that the program submits belong to `visitor_id`, so the
-- program is a visitor, too.
create table api_tokens (
    id uuid primary key,
    name text not null,
    user_id uuid not null references users (id),
    visitor_id uuid not null references visitors (id),
    token_hash bytea not null unique,
    scopes text[] not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    last_used_on date,
    revoked_at timestamptz,
    constraint api_tokens_name_check check (char_length(name) between 1 and 64),
    constraint api_tokens_token_hash_check check (octet_length(token_hash) = 32),
    constraint api_tokens_scopes_check check (scopes <@ array['predict', 'label', 'read', 'export', 'import',
        'models:read', 'training'] and cardinality(scopes) > 0)
);
create index api_tokens_user_id_idx on api_tokens (user_id);

-- The account of the person who logged in with this browser: its drawings are that person's drawings, too.
alter table visitors add column user_id uuid references users (id);
create index visitors_user_id_idx on visitors (user_id) where user_id is not null;

-- The account that labelled, and its role at that time; null where nobody had logged in.
alter table labels add column user_id uuid;
alter table labels add column role text;
alter table labels add constraint labels_user_id_fkey foreign key (user_id) references users (id) not valid;
alter table labels add constraint labels_role_check check (role in ('labeller', 'operator')) not valid;

-- Who did what. `actor` is the name of a person or a token at that time; null where nobody had logged in. `address` is
-- that of the client, of an IPv6 address its network.
create table audit_log (
    id bigint generated always as identity primary key,
    created_at timestamptz not null default now(),
    actor text,
    action text not null,
    subject text,
    is_refused boolean not null default false,
    address text,
    details text
);
create index audit_log_address_idx on audit_log (created_at) where address is not null;
-- Refused logins make one row for each name, address and minute, so that guessing cannot fill the table.
create unique index audit_log_refused_login_key
    on audit_log (subject, address, (date_trunc('minute', created_at at time zone 'UTC')))
    nulls not distinct where is_refused and action = 'login';

-- Rows of the audit log never change. Only the address goes after 30 days, and only this function may remove it.
create function keep_audit_log() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and new.address is null
        and (new.id, new.created_at, new.action, new.is_refused) = (old.id, old.created_at, old.action, old.is_refused)
        and (new.actor, new.subject, new.details) is not distinct from (old.actor, old.subject, old.details)
    then
        return new;
    end if;
    raise exception 'the audit log is append-only' using errcode = 'integrity_constraint_violation';
end
$$;
create trigger keep_audit_log before update or delete on audit_log for each row execute function keep_audit_log();
create trigger keep_audit_log_whole before truncate on audit_log for each statement execute function keep_audit_log();

create function forget_audit_addresses() returns void language sql security definer
    set search_path = pg_catalog, public, pg_temp as $$
    update audit_log set address = null where address is not null and created_at < now() - interval '30 days'
$$;
