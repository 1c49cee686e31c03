// Stores the reader's time zone in a cookie, so that the server formats times in it.
// @ts-check

const YEAR_SECONDS = 365 * 24 * 60 * 60;

const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
const secure = location.protocol === "https:" ? "; Secure" : "";
document.cookie = `time_zone=${timeZone}; Path=/; Max-Age=${YEAR_SECONDS}; SameSite=Lax${secure}`;

export {};
